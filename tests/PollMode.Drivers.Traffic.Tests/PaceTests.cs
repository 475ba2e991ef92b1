using PollMode.Drivers.Software;
using Xunit;

namespace PollMode.Drivers.Traffic.Tests;

public sealed class PaceTests
{
    [Theory]
    [InlineData("pace:speed=1", 1000)]
    [InlineData("pace:speed=4", 250)]
    [InlineData("pace:speed=0.5", 2000)]
    [InlineData("pace:rate=100kpps", 10_000)]
    public void Packets_come_when_they_are_due(string spec, long gap)
    {
        var clock = new SteppingClock(10);
        var arena = new Arena(new ArenaOptions { LimitBytes = 4L << 20, LargestPages = PageKind.Small4KiB });
        var pool = new Mempool(arena, new MempoolOptions { Buffers = 1024 });
        pool.BindOwner();
        var context = new PortContext { PortIndex = 0, Arena = arena };
        IPort ring = new RingDriver().Open(PortSpec.Parse("ring:a"), context);
        IPort port = new PaceDecorator(clock).Wrap(ring, PortSpec.Parse(spec), context);
        ITxQueue tx = port.OpenTxQueue(0, pool);
        IRxQueue rx = port.OpenRxQueue(0, pool);
        for (int i = 0; i < 200; i++)
        {
            Assert.True(pool.TryRent(out Packet packet));
            packet.TryWrite(new byte[60]);
            packet.TimestampNanoseconds = 1_700_000_000_000_000_000 + (i * 1000L);
            Assert.Equal(1, tx.Send([packet]));
        }

        var times = new List<long>();
        var burst = new Packet[8];
        while (times.Count < 200)
        {
            int count = rx.Receive(burst);
            for (int i = 0; i < count; i++)
            {
                times.Add(clock.GetTimestamp());
                burst[i].Free();
            }
        }

        // Looks at the clock are some ten nanoseconds apart; no error adds up over two hundred packets.
        for (int i = 0; i < 200; i++)
        {
            Assert.InRange(times[i] - times[0] - (i * gap), -100, 100);
        }

        port.Dispose();
        pool.Dispose();
        arena.Dispose();
    }
}
