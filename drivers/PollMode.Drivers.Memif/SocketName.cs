using System.Text;

namespace PollMode.Drivers.Memif;

/// <summary>The name of a UNIX socket: a file, or an abstract name, written with an @ before it.</summary>
internal sealed record SocketName
{
    /// <summary>Bytes of <c>sun_path</c> without the terminating zero.</summary>
    private const int MaxBytes = 107;

    private readonly byte[] _bytes;

    private SocketName(string text, bool isAbstract)
    {
        IsAbstract = isAbstract;
        Path = text;
        _bytes = Encoding.UTF8.GetBytes(text);
    }

    internal bool IsAbstract { get; }

    internal string Path { get; }

    /// <summary>Whether a socket file of that name exists.</summary>
    internal bool IsSocketFile => !IsAbstract && File.Exists(Path) && (File.GetAttributes(Path) & (FileAttributes.Directory | FileAttributes.ReparsePoint)) == 0 && new FileInfo(Path).Length == 0;

    /// <summary>The name as the user writes it.</summary>
    public override string ToString() => IsAbstract ? "@" + Path : Path;

    internal static SocketName Parse(PortSpec spec, string text)
    {
        bool isAbstract = text.StartsWith('@');
        var name = new SocketName(isAbstract ? text[1..] : text, isAbstract);
        return name._bytes.Length is > 0 and <= MaxBytes
            ? name
            : throw new PollModeException($"'{text}' in the port spec '{spec.Text}' is no name for a socket; use 1 to {MaxBytes} bytes, with an @ in front for an abstract one.");
    }

    /// <summary>Writes <c>struct sockaddr_un</c>; gives the bytes that count.</summary>
    internal uint WriteTo(Span<byte> address)
    {
        address.Clear();
        BitConverter.TryWriteBytes(address, (ushort)LibC.AF_UNIX);
        _bytes.CopyTo(address[(IsAbstract ? 3 : 2)..]);
        return (uint)(3 + _bytes.Length);
    }

    internal void Delete()
    {
        if (!IsAbstract)
        {
            File.Delete(Path);
        }
    }
}
