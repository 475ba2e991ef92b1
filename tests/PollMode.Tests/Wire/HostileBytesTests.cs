using CsCheck;
using PollMode.Wire;
using Xunit;

namespace PollMode.Tests.Wire;

/// <summary>Every byte is read and written through bounds-checked spans, so that a read outside shows as an exception here.</summary>
public sealed class HostileBytesTests
{
    [Fact]
    public void No_bytes_make_a_view_throw() => Mutants.Frames.Sample(frame =>
    {
        for (int offset = 0; offset <= Math.Min(frame.Length, 64); offset += 2)
        {
            _ = TouchAll.Views(frame.AsSpan(offset));
        }
    }, iter: 10_000);

    [Fact]
    public void No_bytes_make_the_layers_throw() => Mutants.Frames.Sample(frame => _ = TouchAll.Layers(frame), iter: 100_000);

    [Fact]
    public void Parsing_changes_no_byte() => Mutants.Frames.Sample(frame =>
    {
        byte[] before = (byte[])frame.Clone();
        _ = TouchAll.Views(frame);
        _ = TouchAll.Layers(frame);
        return before.AsSpan().SequenceEqual(frame);
    });

    [Fact]
    public void Parsing_and_checksums_allocate_nothing()
    {
        byte[][] frames = Frames.All([1, 2, 3, 4, 5, 6, 7, 8]);
        long sum = Work(frames, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        sum += Work(frames, 10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0, sum);
    }

    private static long Work(byte[][] frames, int turns)
    {
        IpPrefix prefix = new(Frames.Ip1, 24);
        long sum = 0;
        for (int turn = 0; turn < turns; turn++)
        {
            foreach (byte[] frame in frames)
            {
                sum += TouchAll.Layers(frame) + TouchAll.Views(frame) + InternetChecksum.Sum(frame);
                sum += prefix.Contains(PacketLayers.Parse(frame).SourceAddress(frame)) ? 1 : 0;
            }
        }

        return sum;
    }
}
