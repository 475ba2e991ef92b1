namespace PollMode.Drivers.Software.Tests.Pcap;

/// <summary>A folder of a test's own, gone with it.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pollmode-pcap-");

    internal string this[string name] => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);

    internal string Write(string name, params byte[][] parts)
    {
        File.WriteAllBytes(this[name], CaptureFiles.Concat(parts));
        return this[name];
    }
}
