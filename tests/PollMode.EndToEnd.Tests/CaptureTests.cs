using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>Real traffic through the forwarder: every frame arrives, byte for byte but for the swapped addresses, with its timestamp.</summary>
public sealed class CaptureTests
{
    private const int Frames = 4968;
    private const long Bytes = 2_619_700;

    public static TheoryData<string, string> Conversions => new()
    {
        { "mixed.pcap", "out.pcap" },
        { "mixed.pcap", "out.pcapng" },
        { "mixed-ns.pcap", "out.pcap" },
        { "mixed-ns.pcap", "out.pcapng" },
        { "mixed.pcapng", "out.pcap" },
        { "mixed.pcapng", "out.pcapng" },
    };

    [Theory]
    [MemberData(nameof(Conversions))]
    public async Task EveryFrameArrivesWithItsAddressesSwapped(string from, string to)
    {
        using var folder = new Folder();
        string recording = Repository.Recording(from);

        using Run run = await Run.ForwarderToEnd("--port", $"pcap:{recording},tx={folder.File(to)}", "--mode", "mac-swap", "--json");

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Errors));
        run.Json.AssertAddsUp();
        Assert.Equal(Frames, run.Json.Count("rx_packets"));
        Assert.Equal(Frames, run.Json.Count("tx_packets"));
        Assert.Equal(Bytes, run.Json.Count("tx_bytes"));

        List<(Int128 Picoseconds, byte[] Bytes)> sent = CaptureReader.Read(recording);
        List<(Int128 Picoseconds, byte[] Bytes)> written = CaptureReader.Read(folder.File(to));
        Assert.Equal(Frames, sent.Count);
        Assert.Equal(Frames, written.Count);
        for (int i = 0; i < Frames; i++)
        {
            byte[] frame = sent[i].Bytes;
            byte[] swapped = [.. frame[6..12], .. frame[..6], .. frame[12..]];
            Assert.True(swapped.AsSpan().SequenceEqual(written[i].Bytes), $"frame {i + 1} differs");
            Assert.Equal(sent[i].Picoseconds, written[i].Picoseconds);
        }
    }

    [Theory]
    [MemberData(nameof(Conversions))]
    public async Task TsharkReadsTheSameProtocols(string from, string to)
    {
        string? tshark = Repository.Tool("tshark");
        Assert.SkipWhen(tshark == null, "needs tshark (apt-get install tshark)");
        using var folder = new Folder();
        string recording = Repository.Recording(from);

        using Run run = await Run.ForwarderToEnd("--port", $"pcap:{recording},tx={folder.File(to)}", "--mode", "mac-swap", "--json");
        Assert.Equal(0, run.ExitCode);

        Assert.Equal(await Protocols(tshark, recording), await Protocols(tshark, folder.File(to)));
    }

    [Fact]
    public async Task TwoPortsExchangeTheirRecordings()
    {
        using var folder = new Folder();
        string recording = Repository.Recording("mixed.pcap");

        using Run run = await Run.ForwarderToEnd(
            "--port", $"pcap:{recording},tx={folder.File("a.pcap")}", "--port", $"pcap:{Repository.Recording("mixed-ns.pcap")},tx={folder.File("b.pcap")}", "--json");

        Assert.Equal(0, run.ExitCode);
        run.Json.AssertAddsUp();
        Assert.Equal(2 * Frames, run.Json.Count("tx_packets"));
        Assert.Equal(Frames, CaptureReader.Read(folder.File("a.pcap")).Count);
        Assert.Equal(CaptureReader.Read(recording).Select(frame => frame.Bytes), CaptureReader.Read(folder.File("b.pcap")).Select(frame => frame.Bytes));
    }

    [Fact]
    public async Task ARecordingCutInTheMiddleDeliversEveryWholeFrameAndSaysSo()
    {
        using var folder = new Folder();
        byte[] whole = await File.ReadAllBytesAsync(Repository.Recording("mixed.pcap"), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(folder.File("cut.pcap"), whole[..^10], TestContext.Current.CancellationToken);

        using Run run = await Run.ForwarderToEnd("--port", $"pcap:{folder.File("cut.pcap")},tx={folder.File("out.pcap")}", "--json");

        Assert.NotEqual(0, run.ExitCode);
        string sentence = Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("cut.pcap", sentence, StringComparison.Ordinal);
        run.Json.AssertAddsUp();
        Assert.Equal(Frames - 1, run.Json.Count("tx_packets"));
        Assert.Equal(Frames - 1, CaptureReader.Read(folder.File("out.pcap")).Count);
    }

    [Theory]
    [InlineData(8, 0x7FFF_FFFF)]
    [InlineData(8, 262_145)]
    public async Task ARecordOfAbsurdLengthEndsTheRunWithASentence(int field, int length)
    {
        using var folder = new Folder();
        byte[] file = await File.ReadAllBytesAsync(Repository.Recording("mixed.pcap"), TestContext.Current.CancellationToken);
        int second = 24 + 16 + BitConverter.ToInt32(file, 24 + 8);
        BitConverter.TryWriteBytes(file.AsSpan(second + field), length);
        await File.WriteAllBytesAsync(folder.File("bad.pcap"), file, TestContext.Current.CancellationToken);

        using Run run = await Run.ForwarderToEnd("--port", $"pcap:{folder.File("bad.pcap")},tx={folder.File("out.pcap")}", "--json");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("bad.pcap", Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        run.Json.AssertAddsUp();
        Assert.Equal(1, run.Json.Count("tx_packets"));
    }

    private static async Task<string> Protocols(string tshark, string file)
    {
        using Run run = await Run.Start(tshark, ["-r", file, "-q", "-z", "io,phs"]).End();
        string[] complaints = [.. run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains("Running as user", StringComparison.Ordinal))];
        Assert.Empty(complaints);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("eth", run.Output, StringComparison.Ordinal);
        return run.Output;
    }
}
