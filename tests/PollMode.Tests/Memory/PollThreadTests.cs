using Xunit;

namespace PollMode.Tests;

/// <summary>No system call on the thread that polls: counted by strace.</summary>
public sealed class PollThreadTests
{
    [Theory]
    [InlineData("1", 0, 0)]
    [InlineData("0", 1, int.MaxValue)]
    public async Task A_pool_grows_and_shrinks_without_a_system_call_of_its_owner_if_it_has_a_supplier(string supplier, int least, int most)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "needs strace (apt-get install strace)");
        string trace = Path.Combine(Path.GetTempPath(), $"pollmode-{Guid.NewGuid():n}.strace");
        try
        {
            // Compiled at once: a method that is compiled anew while it runs wakes a thread for that.
            await TestProcess.Run(
                nameof(SwingTests),
                ["/usr/bin/strace", "-f", "-o", trace],
                (SwingTests.SupplierVariable, supplier),
                ("DOTNET_TieredCompilation", "0"));
            string[] lines = await File.ReadAllLinesAsync(trace, TestContext.Current.CancellationToken);
            int begin = Array.FindIndex(lines, line => line.Contains($"madvise(NULL, 0, {SwingTests.Begin:#}", StringComparison.Ordinal) || line.Contains($"madvise(NULL, 0, 0x{SwingTests.Begin:x}", StringComparison.Ordinal));
            Assert.True(begin >= 0, "the trace has no beginning");
            string owner = lines[begin].Split(' ')[0];
            string[] mine = [.. lines.Skip(begin + 1).Where(line => line.StartsWith(owner + " ", StringComparison.Ordinal))];
            int end = Array.FindIndex(mine, line => line.Contains($"0x{SwingTests.End:x}", StringComparison.Ordinal));
            Assert.True(end >= 0, "the trace has no end");

            string[] calls = [.. mine[..end].Where(line => line.Contains('(', StringComparison.Ordinal)
                && !line.Contains(" ---", StringComparison.Ordinal) && !line.Contains(" resumed>", StringComparison.Ordinal))];
            Assert.True(calls.Length >= least && calls.Length <= most, $"{calls.Length} system calls: {string.Join(Environment.NewLine, calls.Take(20))}");

            // And there was something to see: slabs came meanwhile, and those of a supplied pool went.
            string[] meanwhile = lines[begin..Array.IndexOf(lines, mine[end], begin)];
            Assert.True(meanwhile.Count(line => IsSlab(line, "PROT_READ|PROT_WRITE")) >= 2, "no slab came");
            Assert.True(supplier == "0" || meanwhile.Count(line => IsSlab(line, "PROT_NONE")) >= 2, "no slab went");
        }
        finally
        {
            File.Delete(trace);
        }
    }

    /// <summary>Whether a line of the trace is a slab's mapping, or that of inaccessible addresses over one.</summary>
    private static bool IsSlab(string line, string protection) =>
        line.Contains(" mmap(0x", StringComparison.Ordinal) && line.Contains($", {Arena.SlabBytes}, {protection}, ", StringComparison.Ordinal);
}
