using Xunit.Sdk;
using Xunit.v3;

// Tests here share the host's two or so processors with the programs and peers that they start.
[assembly: Parallelization(Mode = ParallelMode.None)]
