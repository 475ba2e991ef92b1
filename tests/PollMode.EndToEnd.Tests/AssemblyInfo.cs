using Xunit.Sdk;
using Xunit.v3;

// Every test here runs processes that poll, on the host's two or so processors, and some compare what the host has free before and after.
[assembly: Parallelization(Mode = ParallelMode.None)]
