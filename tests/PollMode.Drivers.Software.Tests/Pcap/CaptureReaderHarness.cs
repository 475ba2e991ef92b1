namespace PollMode.Drivers.Software.Tests.Pcap;

/// <summary>A reader without a port, with windows as small as a test wants them.</summary>
internal sealed class CaptureReaderHarness : IDisposable
{
    internal CaptureReaderHarness(string path, long laps, long residentBytes, int windowBytes) =>
        Reader = CaptureReader.Open(path, laps, residentBytes, windowBytes);

    internal CaptureReader Reader { get; }

    public void Dispose() => Reader.Dispose();

    internal List<SeenFrame> ReadAll()
    {
        var seen = new List<SeenFrame>();
        while (!Reader.HasEnded)
        {
            if (!Reader.MoveNext())
            {
                Thread.Yield();
                continue;
            }

            seen.Add(new SeenFrame(Reader.FrameBytes.ToArray(), Reader.Frame.HasTimestamp ? Reader.Frame.TimestampNanoseconds : null));
            Reader.Consume();
        }

        return seen;
    }
}
