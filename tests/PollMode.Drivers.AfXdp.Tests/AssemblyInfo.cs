using Xunit.Sdk;
using Xunit.v3;

// Ports, namespaces and file descriptors are the process's: one test at a time counts them.
[assembly: Parallelization(Mode = ParallelMode.None)]
