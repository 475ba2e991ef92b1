using PollMode.Wire;
using Xunit;

namespace PollMode.Tests.Stages.Shipped;

public sealed class MacStageTests
{
    [Theory]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(60)]
    [InlineData(1518)]
    public void SwapExchangesTheAddressesAndNothingElse(int length)
    {
        using var bench = new StageBench();
        byte[] frame = Frames.Numbered(length);

        byte[] swapped = Assert.Single(bench.Run(new MacSwapStage(), frame));

        byte[] expected = [.. frame[6..12], .. frame[..6], .. frame[12..]];
        Assert.Equal(expected, swapped);
        bench.AssertHome();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(13)]
    public void AFrameWithoutAnEthernetHeaderIsMalformed(int length)
    {
        using var bench = new StageBench();
        var rewrite = new MacRewriteStage([]);
        rewrite.Start(Contexts.WithPorts(bench.Pool, 2));

        Assert.Empty(bench.Run(new MacSwapStage(), Frames.Numbered(length)));
        Assert.Empty(bench.Run(rewrite, Frames.Numbered(length)));

        Assert.Equal(2, bench.Dropped(DropReason.Malformed));
        bench.AssertHome();
    }

    [Fact]
    public void ASharedPacketIsCopiedBeforeItIsEdited()
    {
        using var bench = new StageBench();
        byte[] frame = Frames.Numbered(100);
        Packet packet = bench.Frame(frame);
        packet.TimestampNanoseconds = 12345;
        packet.UserWord = 77;
        Packet held = packet.Clone();

        bench.Run(new MacSwapStage(), [packet], (ref burst) =>
        {
            Assert.Equal(1, burst.Count);
            Assert.NotEqual(held, burst[0]);
            Assert.Equal<byte>([.. frame[6..12], .. frame[..6], .. frame[12..]], burst[0].Span);
            Assert.Equal(12345, burst[0].TimestampNanoseconds);
            Assert.Equal(PacketFlags.HasTimestamp, burst[0].Flags);
            Assert.Equal(77UL, burst[0].UserWord);
        });

        Assert.Equal<byte>(frame, held.Span);
        Assert.Equal(1, held.ReferenceCount);
        held.Free();
        bench.AssertHome();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void ABurstOfPlainSharedAndShortFramesIsSwappedOnceEach(int plainOnes)
    {
        using var bench = new StageBench();
        byte[] frame = Frames.Numbered(100);
        byte[] shortFrame = Frames.Numbered(14);
        Packet shared = bench.Frame(frame);

        // The same packet twice: once its first holder has a copy, the second one has it alone.
        Packet[] packets = [.. Enumerable.Range(0, plainOnes).Select(_ => bench.Frame(frame)), shared, bench.Frame(frame), shared.Clone(), bench.Frame(shortFrame), bench.Frame(frame)];

        bench.Run(new MacSwapStage(), packets, (ref burst) =>
        {
            Assert.Equal(plainOnes + 5, burst.Count);
            for (int i = 0; i < burst.Count; i++)
            {
                byte[] was = i == plainOnes + 3 ? shortFrame : frame;
                Assert.Equal<byte>([.. was[6..12], .. was[..6], .. was[12..]], burst[i].Span);
            }
        });

        bench.AssertHome();
    }

    [Fact]
    public void WithoutABufferForTheCopyASharedPacketIsDropped()
    {
        using var bench = new StageBench();
        Packet packet = bench.Frame(Frames.Numbered(100));
        Packet held = packet.Clone();
        var rest = new Packet[bench.Pool.Capacity - 1];
        Assert.Equal(rest.Length, bench.Pool.Rent(rest));

        bench.Run(new MacSwapStage(), [packet], (ref burst) => Assert.Equal(0, burst.Count));

        Assert.Equal(1, bench.Dropped(DropReason.NoBuffer));
        held.Free();
        bench.Pool.Return(rest);
        bench.AssertHome();
    }

    [Fact]
    public void ACopyHoldsEverySegment()
    {
        using var bench = new StageBench(bufferBytes: 256);
        byte[] whole = Frames.Numbered(300);
        Packet packet = bench.Frame(whole.AsSpan(..120));
        packet.AppendSegments(bench.Frame(whole.AsSpan(120..200)));
        packet.AppendSegments(bench.Frame(whole.AsSpan(200..)));

        Assert.True(bench.Pool.TryCopy(packet, out Packet copy));

        var bytes = new byte[copy.TotalLength];
        copy.CopyTo(bytes);
        Assert.Equal(whole, bytes);
        bench.Pool.Return(packet);
        bench.Pool.Return(copy);
        bench.AssertHome();
    }

    [Fact]
    public void RewriteWritesPeerAndSourceOfTheEgressPort()
    {
        using var bench = new StageBench();
        byte[] frame = Frames.Numbered(64);
        var stage = new MacRewriteStage([new MacAddress(0x02AA_0000_0001), new MacAddress(0x02AA_0000_0002)], [default, new MacAddress(0x02BB_0000_0002)]);
        stage.Start(Contexts.WithPorts(bench.Pool, 3));
        Packet[] packets = [bench.Frame(frame), bench.Frame(frame), bench.Frame(frame), bench.Frame(frame)];
        var choose = new ChooseEgress([1, 0, 2, Burst.NoPort]);

        bench.Run(new Both(choose, stage), packets, (ref burst) =>
        {
            Assert.Equal("02AA0000000202BB00000002", Convert.ToHexString(burst[0].Span[..12]));
            Assert.Equal("02AA00000001025000000000", Convert.ToHexString(burst[1].Span[..12]));
            Assert.Equal("020000000002025000000002", Convert.ToHexString(burst[2].Span[..12]));
            Assert.Equal<byte>(frame, burst[3].Span);
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal<byte>(frame.AsSpan(12..), burst[i].Span[12..]);
            }
        });
        bench.AssertHome();
    }

    private sealed class ChooseEgress(int[] ports) : IStage
    {
        public void Process(ref Burst burst)
        {
            for (int i = 0; i < ports.Length; i++)
            {
                burst.SendTo(i, ports[i]);
            }
        }
    }

    private sealed class Both(IStage first, IStage second) : IStage
    {
        public void Process(ref Burst burst)
        {
            first.Process(ref burst);
            second.Process(ref burst);
        }
    }
}
