using Xunit.Sdk;
using Xunit.v3;

// Tests here compare counts of the process: file descriptors, bytes allocated.
[assembly: Parallelization(Mode = ParallelMode.None)]
