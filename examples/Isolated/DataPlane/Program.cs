using System.Runtime.InteropServices;
using PollMode.Isolation;

namespace PollMode.Examples.Isolated;

/// <summary>The two ways into the data plane when it does not run in the app's own runtime.</summary>
internal static class Program
{
    /// <summary>As a process: the app starts this program, and it serves the app.</summary>
    private static int Main(string[] arguments) => DataPlane.Run<Plane>(arguments);

    /// <summary>As a library: the app calls this first.</summary>
    [UnmanagedCallersOnly(EntryPoint = DataPlane.EntryPoint)]
    private static void Define() => DataPlane.Export<Plane>();
}
