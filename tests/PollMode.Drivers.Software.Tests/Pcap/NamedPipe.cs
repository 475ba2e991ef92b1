namespace PollMode.Drivers.Software.Tests.Pcap;

/// <summary>Makes a pipe with a name.</summary>
internal static class NamedPipe
{
    internal static bool TryMake(string path) => Tool.Exists("mkfifo") && Tool.Run("mkfifo", path).ExitCode == 0;
}
