using System.Diagnostics;
using Xunit;

namespace PollMode.Tests;

/// <summary>Seeded faults. The switch is read once, so they run in a child process that has it on; here they are skipped.</summary>
public sealed class LedgerTests
{
    private const string Skip = "the ledger is off in this process; a child runs this";

    [Fact]
    public async Task Seeded_faults_are_caught_in_a_child_with_the_ledger_on()
    {
        if (Ledger.IsOn)
        {
            return;
        }

        string program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(LedgerTests).Assembly.Location);
        }

        foreach (string argument in new[] { "--filter-class", "*LedgerTests", "--fail-skips", "on" })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[Ledger.Variable] = "1";
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(child.ExitCode == 0, output + await errors);
    }

    [Fact]
    public void A_double_free_names_both_who_freed()
    {
        Assert.SkipUnless(Ledger.IsOn, Skip);
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        Ledger.Enter("first");
        Packet packet = TestMemory.Rent(pool, 1)[0];
        pool.Return(packet);
        Ledger.Enter("second");
        string message = Assert.Throws<PollModeException>(() => pool.Return(packet)).Message;
        Assert.Contains("was freed twice by 'second'", message, StringComparison.Ordinal);
        Assert.Contains("rented #1 by 'first', freed #1 by 'first'", message, StringComparison.Ordinal);
        Assert.Throws<PollModeException>(packet.Free);
        Assert.Throws<PollModeException>(() => Mempool.Free([packet]));
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void The_same_packet_twice_in_a_burst_is_a_double_free()
    {
        Assert.SkipUnless(Ledger.IsOn, Skip);
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        Packet packet = TestMemory.Rent(pool, 1)[0];
        Assert.Throws<PollModeException>(() => pool.Return([packet, packet]));
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void A_use_after_free_is_told_with_the_last_hand_offs()
    {
        Assert.SkipUnless(Ledger.IsOn, Skip);
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        Packet packet = TestMemory.Rent(pool, 1)[0];
        Assert.True(packet.TryWrite("abc"u8));
        Ledger.Enter("send");
        packet.Free();
        Ledger.Enter("late reader");
        string message = Assert.Throws<PollModeException>(() => packet.Span[0]).Message;
        Assert.Contains("used after it was freed or sent by 'late reader'", message, StringComparison.Ordinal);
        Assert.Contains("freed #1 by 'send'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_leak_is_described_with_who_had_the_packet()
    {
        Assert.SkipUnless(Ledger.IsOn, Skip);
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        Ledger.Enter("greedy stage");
        Packet packet = TestMemory.Rent(pool, 1)[0];
        Assert.Contains("rented #1 by 'greedy stage'", Assert.Single(pool.DescribeInFlight(5)), StringComparison.Ordinal);
        packet.Free();
    }

    [Fact]
    public void Honest_use_is_left_alone()
    {
        Assert.SkipUnless(Ledger.IsOn, Skip);
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        for (int round = 0; round < 20; round++)
        {
            Packet[] packets = TestMemory.Rent(pool, 200);
            packets[0].AppendSegments(packets[1]);
            Packet clone = packets[2].Clone();
            pool.Return([packets[0], .. packets[2..100]]);
            TestMemory.Elsewhere(() => Mempool.Free(packets.AsSpan(100)));
            clone.Free();
            TestMemory.AssertConserved(pool, 0);
        }
    }
}
