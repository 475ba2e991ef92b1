using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>Wrong input gets one clear sentence with the remedy on standard error, exit code 1, and leaves nothing behind.</summary>
public sealed class WrongInputTests
{
    /// <summary>Arguments, and a word that the sentence must hold. OUT is a file that must not come to be.</summary>
    public static TheoryData<string, string> Arguments => new()
    {
        { "--port bogus", "known drivers are" },
        { "--port null:bogus=1", "it knows size, rx, queues" },
        { "--port null:size=banana", "whole number" },
        { "--port null:size", "null" },
        { "--port null:size=64,size=65", "twice" },
        { "--port :", "driver's name" },
        { "--port Null", "driver's name" },
        { "--port null:size=60000", "--buffer-bytes" },
        { "--port null:rx=0", "source" },
        { "--port null --cores 4095", "does not exist" },
        { "--port null --cores banana", "2-5,8" },
        { "--port null --cores 0,", "2-5,8" },
        { "--port null --burst 0", "1 to 256" },
        { "--port null --burst 257", "1 to 256" },
        { "--port null --burst banana", "--burst" },
        { "--port null --buffers 16", "at least" },
        { "--port null --buffers -1", "--buffers" },
        { "--port null --buffer-bytes 100", "256 to 65536" },
        { "--port null --mode route", "mac-swap" },
        { "--port null --idle sleep", "adaptive" },
        { "--port null --pages 3m", "2m" },
        { "--port null --duration 0", "above 0" },
        { "--port null --duration soon", "--duration" },
        { "--port null --packets 0", "1 or more" },
        { "--port null --stats -1", "above 0" },
        { "--port null --retries -1", "--retries" },
        { "--port null --eth-peer 1,02:00:00:00:00:01", "port 1" },
        { "--port null --eth-peer 0,banana", "PORT,MAC" },
        { "--port null --bogus", "--help" },
        { "--port", "--port" },
        { "--json banana", "--help" },
        { "--port null --port pcap:/nonexistent/in.pcap,tx=OUT", "/nonexistent/in.pcap" },
        { "--port pcap:IN,tx=/nonexistent/out.pcap", "/nonexistent/out.pcap" },
        { "--port pcap:EMPTY,tx=OUT", "EMPTY" },
        { "--port pcap:TEXT,tx=OUT", "TEXT" },
        { "--port pcap:USERLINK,tx=OUT", "USERLINK" },
        { "--port pcap:IN,tx=OUT,bogus=1", "it knows" },
        { "--port pcap:IN,tx=OUT,loop=banana", "loop" },
    };

    [Theory]
    [MemberData(nameof(Arguments), DisableDiscoveryEnumeration = true)]
    public async Task OneSentenceAndNothingLeft(string arguments, string word)
    {
        using var folder = new Folder();
        await File.WriteAllBytesAsync(folder.File("EMPTY"), [], TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.File("TEXT"), "This is no capture at all, but a text that is long enough for a header.", TestContext.Current.CancellationToken);
        byte[] recording = await File.ReadAllBytesAsync(Repository.Recording("mixed.pcap"), TestContext.Current.CancellationToken);
        recording[20] = 147; // LINKTYPE_USER0: somebody's private format.
        await File.WriteAllBytesAsync(folder.File("USERLINK"), recording, TestContext.Current.CancellationToken);
        File.Copy(Repository.Recording("mixed.pcap"), folder.File("IN"));
        string[] files = folder.Files;
        int hugePages = HugePages.Free;
        string[] words = [.. arguments.Split(' ').Select(each => each
            .Replace("OUT", folder.File("out.pcap"), StringComparison.Ordinal)
            .Replace(":IN", $":{folder.File("IN")}", StringComparison.Ordinal)
            .Replace("USERLINK", folder.File("USERLINK"), StringComparison.Ordinal)
            .Replace("EMPTY", folder.File("EMPTY"), StringComparison.Ordinal)
            .Replace("TEXT", folder.File("TEXT"), StringComparison.Ordinal))];

        using Run run = await Run.ForwarderToEnd(words);

        Assert.Equal(1, run.ExitCode);
        Assert.DoesNotContain(run.Lines, line => line.StartsWith("worker", StringComparison.Ordinal));
        string sentence = Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(word, sentence, StringComparison.Ordinal);
        Assert.EndsWith(".", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", sentence, StringComparison.Ordinal);
        Assert.Equal(files, folder.Files);
        await HugePages.WaitUntilFreeAsync(hugePages);
    }

    [Fact]
    public async Task NoHugepagesIsAnErrorWhereTheyAreRequired()
    {
        Assert.SkipUnless(HugePages.Free < 1024, $"needs fewer than 1024 free hugepages, and {HugePages.Free} are free");
        int free = HugePages.Free;

        using Run run = await Run.ForwarderToEnd("--port", "null", "--pages", "2m", "--buffers", "2000000");

        Assert.Equal(1, run.ExitCode);
        string sentence = Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("vm.nr_hugepages", sentence, StringComparison.Ordinal);
        await HugePages.WaitUntilFreeAsync(free);
    }

    /// <summary>In this process, where descriptors can be counted: an engine that fails to open has closed what it had opened.</summary>
    [Fact]
    public void AnEngineThatDoesNotOpenKeepsNoDescriptorAndNoFile()
    {
        using var folder = new Folder();
        DriverRegistry drivers = Drivers.Software.SoftwareDrivers.AddSoftwareDrivers(new DriverRegistry());
        string[][] wrong =
        [
            ["null", "null:size=60000"],
            ["ring:a", "ring:a", "ring:a"],
            [$"pcap:{Repository.Recording("mixed.pcap")}", "pcap:/nonexistent/in.pcap"],
            [$"pcap:{Repository.Recording("mixed.pcap")},tx={folder.File("out.pcap")}", "null:size=60000"],
        ];

        void Try(string[] ports)
        {
            using var engine = new Engine(new EngineOptions { Ports = ports, LargestPages = PageKind.Small4KiB }, drivers);
            Assert.Throws<PollModeException>(engine.Open);
        }

        // Once before counting, for what the runtime opens on first use.
        Array.ForEach(wrong, Try);
        int before = Descriptors();
        Array.ForEach(wrong, Try);
        Assert.Equal(before, Descriptors());
    }

    /// <summary>Descriptors of files and devices; those of the test runner's own pipes and sockets come and go.</summary>
    private static int Descriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .Select(entry => new FileInfo(entry).LinkTarget)
        .Count(target => target != null && !target.StartsWith("pipe:", StringComparison.Ordinal) && !target.StartsWith("socket:", StringComparison.Ordinal) && !target.StartsWith("/proc/", StringComparison.Ordinal));
}
