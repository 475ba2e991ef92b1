using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>Descriptors of a client at the edges of what they may say: the last byte of a region is taken, the first one behind it is not.</summary>
public sealed class DescriptorTests
{
    private const uint Bytes = 4 << 20;

    public static TheoryData<ushort, uint, uint, bool> Places => new()
    {
        { 1, 100, Bytes - 100, true },
        { 1, 100, Bytes - 99, false },
        { 1, 100, Bytes, false },
        { 1, 100, uint.MaxValue, false },
        { 1, uint.MaxValue, 0, false },
        { 1, uint.MaxValue - 99, 200, false },
        { 0, 100, 65536 - 100, true },
        { 0, 100, 65536 - 99, false },
        { 2, 100, 0, false },
        { ushort.MaxValue, 100, 0, false },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public unsafe void What_a_frame_lies_in_is_read_to_its_end_and_no_further(ushort region, uint length, uint offset, bool isGood)
    {
        foreach (bool chained in new[] { false, true })
        {
            Connect(out MemifSide server, out RawClient client);
            using (server)
            using (client)
            {
                int last = chained ? 1 : 0;
                Descriptor.WriteTo(client.ToServer.Descriptors, Descriptor.Next, 1, 60, 0);
                Descriptor.WriteTo(client.ToServer.Descriptors + last, 0, region, length, offset);
                client.ToServer.Head = (ushort)(last + 1);
                var frames = new List<byte[]>();
                server.Collect(frames);
                AssertEnd(server, isGood);
                Assert.Equal(isGood ? [(last * 60) + 100] : [], frames.Select(frame => frame.Length));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public unsafe void What_a_frame_is_written_to_is_used_to_its_end_and_no_further(ushort region, uint length, uint offset, bool isGood)
    {
        foreach (int frameBytes in new[] { 60, 150 })
        {
            Connect(out MemifSide server, out RawClient client);
            using (server)
            using (client)
            {
                Descriptor.WriteTo(client.ToClient.Descriptors, 0, region, length, offset);
                Descriptor.WriteTo(client.ToClient.Descriptors + 1, 0, 1, 2048, 0);
                client.ToClient.Head = 2;
                Packet packet = server.Make(Traffic.Frame(1, frameBytes));
                bool taken = server.Tx[0].Send([packet]) == 1;
                AssertEnd(server, isGood);
                Assert.Equal(isGood, taken && client.ToClient.Tail == (frameBytes + 99) / 100);
                Assert.Equal((taken ? 1 : 0, taken && !isGood ? 1 : 0), (server.Tx[0].Counters.Packets, server.Tx[0].Counters.Dropped));
                if (!taken)
                {
                    packet.Free();
                }
            }
        }
    }

    private static void Connect(out MemifSide server, out RawClient client)
    {
        string socket = MemifPairTests.NewName();
        server = new MemifSide($"memif:{socket},role=server");
        client = new RawClient(socket, RawClient.NewMemory(Bytes), Bytes);
        server.WaitForLink();
    }

    private static void AssertEnd(MemifSide server, bool isGood) =>
        Assert.Equal((isGood ? LinkState.Up : LinkState.Down, isGood ? 0 : 1), (server.Port.Link, server.Counter("protocol_violations")));
}
