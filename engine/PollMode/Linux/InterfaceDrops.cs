using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PollMode.Linux;

/// <summary>
/// What the kernel lost at an interface, by its own counters: frames that no socket hears of. Reads <c>/proc/net/dev</c> of the network
/// namespace it was made in, by whatever thread, one at a time.
/// </summary>
public sealed class InterfaceDrops : IDisposable
{
    // After the name come eight receive columns, then those of sending (net/core/net-procfs.c): bytes, packets, errs, drop, ...
    private const int ReceivedColumn = 4;
    private const int SentColumn = 12;
    private const int LargestFile = 1 << 20;

    private readonly string _name;
    private readonly SafeFileHandle _file;
    private readonly (long Received, long Sent) _before;
    private (long Received, long Sent) _last;

    /// <summary>Starts to count, in the calling thread's network namespace.</summary>
    /// <param name="name">Name of the interface.</param>
    public InterfaceDrops(string name)
    {
        _name = name;
        _file = File.OpenHandle("/proc/thread-self/net/dev");
        _before = _last = ReadFile();
    }

    /// <summary>Frames lost since this was made; those of an interface that is gone stay what they were.</summary>
    /// <returns>Received by the interface and lost before anybody got them; and sent by it and lost in the device.</returns>
    public (long Received, long Sent) Read()
    {
        if (!_file.IsClosed)
        {
            _last = ReadFile();
        }

        return (_last.Received - _before.Received, _last.Sent - _before.Sent);
    }

    /// <summary>Reads once more, and closes the file.</summary>
    public void Dispose()
    {
        _ = Read();
        _file.Dispose();
    }

    private (long Received, long Sent) ReadFile()
    {
        byte[] text = new byte[16384];
        int length = 0;
        for (int read = -1; read != 0 && length < LargestFile; length += read)
        {
            if (length == text.Length)
            {
                Array.Resize(ref text, 2 * length);
            }

            read = RandomAccess.Read(_file, text.AsSpan(length), length);
        }

        foreach (string line in Encoding.ASCII.GetString(text, 0, length).Split('\n'))
        {
            string[] words = line.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > SentColumn && words[0] == _name)
            {
                return (long.Parse(words[ReceivedColumn], CultureInfo.InvariantCulture), long.Parse(words[SentColumn], CultureInfo.InvariantCulture));
            }
        }

        return _last;
    }
}
