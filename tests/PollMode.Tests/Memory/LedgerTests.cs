using Xunit;

namespace PollMode.Tests;

/// <summary>The ledger switched off. What it finds when it is on is in PollMode.Ledger.Tests.</summary>
public sealed class LedgerTests
{
    /// <summary>What the JIT made of the hot path, read from its own listing: with the ledger off there is no trace of it, with it on there is.</summary>
    [Theory]
    [InlineData("0", false)]
    [InlineData("1", true)]
    public async Task Switched_off_it_leaves_no_instruction_in_the_hot_path(string value, bool expected)
    {
        string listing = Path.Combine(Path.GetTempPath(), $"pollmode-{Guid.NewGuid():n}.asm");
        try
        {
            await TestProcess.Run(
                nameof(HotPathTests),
                [],
                (Ledger.Variable, value),
                ("DOTNET_JitStdOutFile", listing),
                ("DOTNET_JitDisasm", "Rent TryRent Return ReturnSlow Free Turns Touch"),
                ("DOTNET_TieredCompilation", "0"));
            string[] methods = [.. (await File.ReadAllTextAsync(listing, TestContext.Current.CancellationToken))
                .Split("; Assembly listing for method ")
                .Where(text => text.Contains("FullOpts", StringComparison.Ordinal))];
            foreach (string name in new[]
            {
                "Mempool:Rent(", "Mempool:TryRent(", "Mempool:Return(System.ReadOnlySpan", "Mempool:Return(PollMode.Packet)", "Mempool:ReturnSlow(", "Mempool:Free(",
                "Worker:Turns(", "HotPathTests:Touch(",
            })
            {
                string[] compiled = [.. methods.Where(text => text.Split('\n')[0].Contains(name, StringComparison.Ordinal))];
                Assert.True(compiled.Length > 0, $"{name} was not compiled to the end");

                // One buffer's call leaves it to the burst's when the ledger is on, and names nothing of it itself.
                bool leaves = name is "Mempool:TryRent(" or "Mempool:Return(PollMode.Packet)";
                Assert.All(compiled, text => Assert.Equal(expected && !leaves, text.Contains("Ledger", StringComparison.Ordinal)));
            }
        }
        finally
        {
            File.Delete(listing);
        }
    }
}
