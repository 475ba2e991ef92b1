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

            // The runtime may patch a stub when a branch is taken for the first time; nobody else here protects memory.
            string[] calls = [.. mine[..end].Where(line => line.Contains('(', StringComparison.Ordinal)
                && !line.Contains(" ---", StringComparison.Ordinal) && !line.Contains(" resumed>", StringComparison.Ordinal) && !line.Contains(" mprotect(", StringComparison.Ordinal))];
            Assert.True(calls.Length >= least && calls.Length <= most, $"{calls.Length} system calls: {string.Join(Environment.NewLine, calls.Take(20))}");
        }
        finally
        {
            File.Delete(trace);
        }
    }
}
