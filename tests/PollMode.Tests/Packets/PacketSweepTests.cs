using Xunit;

namespace PollMode.Tests;

/// <summary>Sums over bursts of every length, beside the plain way of making them.</summary>
public sealed class PacketSweepTests : IDisposable
{
    private readonly TestMemory _memory = new(slabs: 1);
    private readonly Mempool _pool;

    public PacketSweepTests() => _pool = _memory.Pool();

    public void Dispose()
    {
        TestMemory.AssertConserved(_pool, 0);
        _memory.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(67)]
    public void Bytes_are_those_of_all_packets(int count)
    {
        Packet[] packets = Make(count);
        Assert.Equal(packets.Sum(packet => (long)packet.TotalLength), PacketSweep.BytesOf(packets));
        Assert.Equal(packets.Sum(packet => (long)packet.TotalLength), PacketSweep.BytesOf(packets, 3, out bool allCame));
        Assert.True(allCame);
        _pool.Return(packets);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(6)]
    public void A_chain_counts_whole_wherever_it_lies(int at)
    {
        Packet[] packets = Make(7);
        foreach (Packet segment in Make(2))
        {
            packets[at].AppendSegments(segment);
        }

        Assert.Equal(packets.Sum(packet => (long)packet.TotalLength), PacketSweep.BytesOf(packets));
        Assert.Equal(packets.Sum(packet => (long)packet.TotalLength), PacketSweep.BytesOf(packets, 3, out _));
        _pool.Return(packets);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(3, 1)]
    [InlineData(4, 7)]
    [InlineData(6, 0xFFFF)]
    [InlineData(6, 0)]
    public void One_packet_of_another_port_is_found(int at, int port)
    {
        Packet[] packets = Make(7);
        packets[at].Port = port;
        _ = PacketSweep.BytesOf(packets, 3, out bool allCame);
        Assert.False(allCame);
        _pool.Return(packets);
    }

    [Fact]
    public void Two_ports_that_make_up_a_third_are_not_that_one()
    {
        Packet[] packets = Make(2);
        (packets[0].Port, packets[1].Port) = (1, 2);
        _ = PacketSweep.BytesOf(packets, 3, out bool allCame);
        Assert.False(allCame);
        _pool.Return(packets);
    }

    [Fact]
    public void A_shared_packet_counts_like_any_other()
    {
        Packet[] packets = Make(5);
        Packet clone = packets[2].Clone();
        Assert.Equal(packets.Sum(packet => (long)packet.TotalLength), PacketSweep.BytesOf(packets));
        _pool.Return(clone);
        _pool.Return(packets);
    }

    /// <summary>Packets of different lengths that came by port 3.</summary>
    private Packet[] Make(int count)
    {
        var packets = new Packet[count];
        Assert.Equal(count, _pool.Rent(packets));
        for (int i = 0; i < count; i++)
        {
            packets[i].SetFrame(128, 3, 60 + i);
        }

        return packets;
    }
}
