using Xunit;

namespace PollMode.Tests;

/// <summary>Faults in the use of a pool, seeded.</summary>
public sealed unsafe class PoolFaultTests
{
    [Fact]
    public void A_double_free_names_both_who_freed()
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        Ledger.Enter("first");
        Packet packet = TestMemory.Rent(pool, 1)[0];
        pool.Return(packet);
        Ledger.Enter("second");
        string message = Assert.Throws<LedgerException>(() => pool.Return(packet)).Message;
        Assert.Contains("was freed twice by 'second'", message, StringComparison.Ordinal);
        Assert.Contains("#1 rented by 'first', #1 freed by 'first'", message, StringComparison.Ordinal);
        Assert.Throws<LedgerException>(packet.Free);
        Assert.Throws<LedgerException>(() => Mempool.Free([packet]));
        Assert.Throws<LedgerException>(() => packet.Detach().Dispose());
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void The_same_packet_twice_in_a_burst_is_a_double_free()
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        Packet packet = TestMemory.Rent(pool, 1)[0];
        Assert.Throws<LedgerException>(() => pool.Return([packet, packet]));
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void No_packet_at_all_is_told_as_such()
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        Ledger.Enter("careless");
        Assert.Contains("'careless' freed a packet that is none", Assert.Throws<LedgerException>(() => pool.Return(default(Packet))).Message, StringComparison.Ordinal);
        Assert.Contains("'careless' used a packet that is none", Assert.Throws<LedgerException>(() => default(Packet).Span[0]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_use_after_free_is_told_with_the_last_hand_offs()
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        Ledger.Enter("early");
        Packet[] packets = TestMemory.Rent(pool, 2);
        (Packet packet, Packet other) = (packets[0], packets[1]);
        Assert.True(packet.TryWrite("abc"u8));
        packet.Free();
        Ledger.Enter("late reader");
        foreach (Action use in new Action[]
        {
            () => _ = packet.Span[0],
            () => _ = packet.Memory,
            () => _ = packet.DataPointer[0],
            () => packet.Clone(),
            () => other.AppendSegments(packet),
            () => packet.AppendSegments(other),
            () => packet.TryTrimStart(0),
            () => packet.TryTrimEnd(0),
            () => packet.TryPrepend(1, out _),
            () => packet.TryAppend(1, out _),
            () => packet.TryWrite("def"u8),
            () => packet.AsSequence(),
        })
        {
            string message = Assert.Throws<LedgerException>(use).Message;
            Assert.Contains("used after it was freed by 'late reader'", message, StringComparison.Ordinal);
            Assert.Contains("#1 freed by 'early'", message, StringComparison.Ordinal);
        }

        other.Free();
    }

    [Fact]
    public void A_packet_of_a_pool_that_is_gone_is_told_and_not_touched()
    {
        var memory = new TestMemory();
        Packet packet = TestMemory.Rent(memory.Pool(), 1)[0];
        packet.Free();
        memory.Dispose();
        using var another = new TestMemory();
        Mempool pool = another.Pool();
        Assert.Contains("was freed twice", Assert.Throws<LedgerException>(() => pool.Return(packet)).Message, StringComparison.Ordinal);
        Assert.Contains("used after it was freed", Assert.Throws<LedgerException>(() => packet.Span[0]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pool_is_used_by_its_owner_alone()
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        Packet[] packets = TestMemory.Rent(pool, 3);
        var messages = new List<string>();
        TestMemory.Elsewhere(() =>
        {
            Ledger.Enter("intruder");
            foreach (Action call in new Action[] { () => pool.TryRent(out _), () => pool.Rent(new Packet[5]), () => pool.Return(packets), () => pool.TryCopy(packets[0], out _), pool.Tidy })
            {
                messages.Add(Assert.Throws<LedgerException>(call).Message);
            }
        });
        Assert.Equal(["Rent", "Rent", "Return", "Rent", "Tidy"], messages.Select(message => message.Split(' ')[2]));
        Assert.All(messages, message => Assert.StartsWith("'intruder' called ", message, StringComparison.Ordinal));
        Assert.All(messages, message => Assert.Contains($"'{pool.Name}', which is another thread's", message, StringComparison.Ordinal));
        pool.Return(packets);
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void A_buffer_does_not_come_home_to_a_foreign_pool()
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        Mempool foreign = memory.Pool();
        Packet right = TestMemory.Rent(pool, 1)[0];
        ushort home = right.Metadata->PoolId;
        right.Metadata->PoolId = TestMemory.Rent(foreign, 1)[0].Metadata->PoolId;
        Ledger.Enter("scribbler");
        Assert.Contains("returned to a pool that is not its own by 'scribbler'", Assert.Throws<LedgerException>(() => pool.Return(right)).Message, StringComparison.Ordinal);
        right.Metadata->PoolId = home;
        pool.Return(right);
    }

    [Fact]
    public void A_buffer_given_out_twice_and_one_received_while_free_are_told()
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        Packet packet = TestMemory.Rent(pool, 1)[0];
        Assert.Contains("given out twice", Assert.Throws<LedgerException>(() => Ledger.Rented([packet])).Message, StringComparison.Ordinal);
        pool.Return(packet);
        Assert.Contains("received from 'port 7' while it was free", Assert.Throws<LedgerException>(() => Ledger.Received([packet], "port 7")).Message, StringComparison.Ordinal);
        Assert.Contains("given to a stage while it was free", Assert.Throws<LedgerException>(() => Ledger.EnterStage("stage", [packet])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(700, 4)]
    [InlineData(2046, 1)]
    public void A_write_into_a_free_buffer_is_found_when_it_is_rented(int at, int more)
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        Ledger.Enter("writer");
        Packet packet = TestMemory.Rent(pool, 1)[0];
        byte* buffer = packet.Metadata->Buffer;
        pool.Return(packet);
        new Span<byte>(buffer + at, more + 1).Fill(1);
        string message = Assert.Throws<LedgerException>(() => pool.TryRent(out _)).Message;
        Assert.Contains($"written to (bytes {at} to {at + more} of the buffer) while it was free", message, StringComparison.Ordinal);
        Assert.Contains("#1 freed by 'writer'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_leak_is_described_with_who_had_the_packet()
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        Ledger.Enter("greedy stage");
        Packet packet = TestMemory.Rent(pool, 1)[0];
        Assert.Contains("#1 rented by 'greedy stage'", Assert.Single(pool.DescribeInFlight(5)), StringComparison.Ordinal);
        packet.Free();
    }

    [Fact]
    public void Honest_use_is_left_alone()
    {
        using var memory = new TestMemory(bufferBytes: 2112);
        Mempool pool = memory.Pool();
        Ledger.Enter("honest");
        for (int round = 0; round < 20; round++)
        {
            Packet[] packets = TestMemory.Rent(pool, 200);
            foreach (Packet packet in packets)
            {
                // As large as it can be, and back again; what was the frame's may hold anything.
                packet.SetFrame(0, 0, 2112);
                packet.Span.Fill(0x11);
                Assert.True(packet.TryTrimStart(1000) && packet.TryTrimEnd(1000));
                Assert.True(packet.TryPrepend(8, out Span<byte> front) && packet.TryAppend(8, out _));
                front.Clear();
                packet.SetFrame(500, 0, 60);
                packet.Span.Clear();
            }

            Assert.True(pool.TryCopy(packets[5], out Packet copy));
            packets[0].AppendSegments(packets[1]);
            Packet clone = packets[2].Clone();
            pool.Return([packets[0], copy, .. packets[2..100]]);
            TestMemory.Elsewhere(() => Mempool.Free(packets.AsSpan(100)));
            clone.Free();
            TestMemory.AssertConserved(pool, 0);
        }
    }
}
