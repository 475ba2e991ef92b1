using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>Frames to send, and the sending of them.</summary>
internal static class Traffic
{
    /// <summary>On a busy machine each of several polling processes may wait for its turn; only what is broken needs all of it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>An Ethernet frame with content that follows from its number.</summary>
    public static byte[] Frame(int number, int size)
    {
        var frame = new byte[size];
        new Random(number).NextBytes(frame);
        ReadOnlySpan<byte> header = [0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x88, 0xB5];
        header.CopyTo(frame);
        return frame;
    }

    /// <summary>Frames of every length from 64 to 1518 bytes in some order, with 9000 among them where asked for.</summary>
    public static byte[][] Frames(bool jumbo = false) =>
        [.. Enumerable.Range(0, 1455).Select(i => Frame(i, jumbo && i % 50 == 0 ? 9000 : 64 + (i * 389 % 1455)))];

    /// <summary>Sends frames by one queue and collects them at another until all came.</summary>
    public static List<byte[]> Pass(MemifSide from, MemifSide to, byte[][] frames, int segmentBytes = 1920, int window = 400)
    {
        var arrived = new List<byte[]>();
        int sent = 0;
        long deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (arrived.Count < frames.Length && Environment.TickCount64 < deadline)
        {
            while (sent < frames.Length && sent - arrived.Count < window)
            {
                Packet packet = from.Make(frames[sent], segmentBytes);
                if (from.Tx[0].Send([packet]) == 0)
                {
                    packet.Free();
                    break;
                }

                sent++;
            }

            from.Tx[0].Service();
            to.Collect(arrived);
            Thread.Yield();
        }

        return arrived;
    }

    public static void AssertSame(byte[][] sent, List<byte[]> arrived)
    {
        Assert.Equal(sent.Length, arrived.Count);
        for (int i = 0; i < sent.Length; i++)
        {
            Assert.True(sent[i].AsSpan().SequenceEqual(arrived[i]), $"frame {i} of {sent[i].Length} bytes arrived as {arrived[i].Length} other bytes");
        }
    }
}
