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
}
