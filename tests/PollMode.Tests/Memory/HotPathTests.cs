using System.Runtime.CompilerServices;
using Xunit;

namespace PollMode.Tests;

/// <summary>Rents, touches and returns as workers do, over and over: <see cref="LedgerTests"/> reads what the JIT makes of it.</summary>
public sealed class HotPathTests
{
    [Fact]
    public void What_is_rented_and_returned_over_and_over_is_conserved()
    {
        // Read before anything that asks for it is compiled: then it is a constant to the JIT, as it is to code that is compiled anew later.
        RuntimeHelpers.RunClassConstructor(typeof(Ledger).TypeHandle);
        using var memory = new TestMemory();
        Mempool pool = memory.Pool(2048);
        var packets = new Packet[96];
        var more = new Packet[200];
        for (int i = 0; i < 200; i++)
        {
            int count = pool.Rent(packets);
            Touch(packets.AsSpan(0, count));

            // More than the cache takes back: the slow way, too.
            pool.Return(packets.AsSpan(0, count));
            pool.Rent(more);
            pool.Return(more);
            pool.Rent(packets);
            Mempool.Free(packets);
            Assert.True(pool.TryRent(out Packet packet));
            pool.Return(packet);
        }

        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void What_a_worker_receives_and_sends_is_conserved()
    {
        RuntimeHelpers.RunClassConstructor(typeof(Ledger).TypeHandle);
        using var test = new TestEngine(["fake:rx=640"]);
        test.AssertConserved(test.RunToEnd());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe int Touch(Span<Packet> packets)
    {
        int sum = 0;
        foreach (Packet packet in packets)
        {
            packet.SetFrame(128, 0, 64);
            packet.Span[0] = 1;
            packet.DataPointer[1] = 2;
            sum += packet.Memory.Length + (packet.TryTrimStart(4) && packet.TryTrimEnd(4) && packet.TryPrepend(4, out _) ? 1 : 0);
        }

        return sum;
    }
}
