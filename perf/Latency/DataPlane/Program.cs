using System.Runtime.InteropServices;
using PollMode.Isolation;

namespace PollMode.Latency;

/// <summary>The two ways into the data plane when it does not run in the app's own runtime.</summary>
internal static class Program
{
    private static int Main(string[] arguments) => DataPlane.Run<LatencyPlane>(arguments);

    [UnmanagedCallersOnly(EntryPoint = DataPlane.EntryPoint)]
    private static void Define() => DataPlane.Export<LatencyPlane>();
}
