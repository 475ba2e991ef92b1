using System.Runtime.InteropServices;

namespace PollMode.EndToEnd;

/// <summary>What .NET has no call for.</summary>
internal static partial class LibC
{
    internal const int SIGINT = 2;

    [LibraryImport("libc", EntryPoint = "kill")]
    internal static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "truncate", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Truncate(string path, long length);

    /// <summary>The index of an interface in the caller's network namespace.</summary>
    internal static int InterfaceIndex(string name) => NameToIndex(name) is > 0 and var index ? index : throw new PollModeException($"There is no interface '{name}' here.");

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NameToIndex(string name);
}
