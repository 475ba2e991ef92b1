using Xunit.Sdk;
using Xunit.v3;

// Tests here share the host's two or so processors with the peers that they start.
[assembly: Parallelization(Mode = ParallelMode.None)]
