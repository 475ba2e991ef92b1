using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>What comes in goes out or is dropped under a name, to the packet, and the file agrees: also when disks fill up and wires are bad.</summary>
public sealed class AccountingTests
{
    private const int Frames = 4968;

    [Fact]
    public async Task AFullDiskCostsCountedDrops()
    {
        using var folder = new Folder();
        string disk = Directory.CreateDirectory(folder.File("disk")).FullName;
        using Process mount = Process.Start("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]);
        await mount.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipUnless(mount.ExitCode == 0, "a tmpfs of its own cannot be mounted (needs root)");
        try
        {
            string file = Path.Combine(disk, "out.pcap");
            using Run run = await Run.ForwarderToEnd("--port", $"pcap:{Repository.Recording("mixed.pcap")},loop=3", "--port", $"pcap:,tx={file}", "--json");

            Assert.Equal(2, run.ExitCode);
            Assert.Contains("make room", Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
            JsonElement report = run.Json;
            Assert.Equal(3 * Frames, report.GetProperty("rx_packets").GetInt64());
            Assert.Equal(3 * Frames, report.GetProperty("tx_packets").GetInt64() + Dropped(report));
            Assert.True(Dropped(report) > 0);
            Assert.Equal(report.GetProperty("tx_packets").GetInt64(), CaptureReader.Read(file).Count);
        }
        finally
        {
            using Process unmount = Process.Start("umount", [disk]);
            await unmount.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("fault:delay=100,on=tx+")]
    [InlineData("fault:loss=5%,duplicate=5%,on=tx,seed=3+")]
    [InlineData("fault:tx_full=20%,on=tx,seed=4+")]
    [InlineData("trace:packets=3,file=TRACE+")]
    [InlineData("capture:file=COPY+")]
    public async Task ADecoratedWriterLosesNothingUncounted(string decorator)
    {
        using var folder = new Folder();
        string file = folder.File("out.pcap");
        decorator = decorator.Replace("TRACE", folder.File("trace.txt"), StringComparison.Ordinal).Replace("COPY", folder.File("copy.pcapng"), StringComparison.Ordinal);

        using Run run = await Run.ForwarderToEnd("--port", $"pcap:{Repository.Recording("mixed.pcap")}", "--port", $"{decorator}pcap:,tx={file}", "--json");

        Assert.Equal(0, run.ExitCode);
        JsonElement report = run.Json;
        long doubled = report.GetProperty("ports")[1].GetProperty("counters").TryGetProperty("fault_tx_duplicated", out JsonElement count) ? count.GetInt64() : 0;
        Assert.Equal(Frames, report.GetProperty("rx_packets").GetInt64());
        Assert.Equal(Frames, report.GetProperty("tx_packets").GetInt64() + Dropped(report));
        Assert.Equal(report.GetProperty("tx_packets").GetInt64() + doubled, CaptureReader.Read(file).Count);
    }

    /// <summary>The engine does not end while a wire in front of a ring keeps packets.</summary>
    [Fact]
    public async Task APassiveWireWithADelayDeliversBeforeTheEnd()
    {
        using var folder = new Folder();
        string file = folder.File("out.pcap");

        using Run run = await Run.ForwarderToEnd(
            "--port", $"pcap:{Repository.Recording("mixed.pcap")}", "--port", "ring:a,size=8192", "--port", "fault:delay=500ms+ring:a,size=8192", "--port", $"pcap:,tx={file}", "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(2 * Frames, run.Json.GetProperty("tx_packets").GetInt64() + Dropped(run.Json));
        Assert.Equal(Frames, CaptureReader.Read(file).Count);
    }

    /// <summary>Every packet of a plain pair leaves by the worker that received it.</summary>
    [Fact]
    public async Task APlainChainHandsNothingOver()
    {
        using Run run = await Run.ForwarderToEnd(
            "--port", "gen:count=200000", "--port", "ring:a", "--port", "ring:a", "--port", "null:rx=0", "--retries", "100000", "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(0, Dropped(run.Json));
        Assert.Equal(400_000, run.Json.GetProperty("tx_packets").GetInt64());
    }

    private static long Dropped(JsonElement report) => report.GetProperty("dropped").EnumerateObject().Sum(reason => reason.Value.GetInt64());
}
