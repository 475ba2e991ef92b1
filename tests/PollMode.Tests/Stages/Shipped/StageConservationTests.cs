using CsCheck;
using PollMode.Wire;
using Xunit;

namespace PollMode.Tests.Stages.Shipped;

/// <summary>However the shipped stages are put together: what goes in, plus clones, leaves or is dropped and counted, and every buffer comes home.</summary>
public sealed class StageConservationTests
{
    private static readonly Gen<Func<IStage>> OneStage = Gen.OneOf<Func<IStage>>(
        Gen.Const<Func<IStage>>(() => new MacSwapStage()),
        Gen.Int[1, 9].Select<int, Func<IStage>>(n => () => new SampleStage(n)),
        Gen.Int[1, 9].Select<int, Func<IStage>>(n => () => new MirrorStage(n, n)),
        Gen.Int[-1, 3].Select<int, Func<IStage>>(port => () => new ForwardStage([port])),
        Gen.Const<Func<IStage>>(() => new CountStage(new TrafficCount())),
        Gen.Const<Func<IStage>>(() => new FilterStage(FilterAction.Drop, new FilterRule { EtherType = (EtherType)0x0D0E, Action = FilterAction.Pass })));

    [Fact]
    public void NoPacketIsLostOrDoubled() =>
        Gen.Select(OneStage.Array[1, 6], Gen.Int[0, 40].Array[0, 64]).Sample(
            (factories, lengths) =>
            {
                using var bench = new StageBench();
                long mirrored = 0;
                Packet[] packets = [.. lengths.Select(length => bench.Frame(Frames.Numbered(length)))];
                var stages = factories.Select(factory => factory()).ToArray();
                long left = 0;
                bench.Run(new Counted(stages, added => mirrored += added), packets, (ref burst) => left = burst.Count);

                long dropped = 0;
                for (int reason = 0; reason < DropReason.Count; reason++)
                {
                    dropped += bench.Dropped(DropReason.Register(DropReason.NameOf(reason)));
                }

                Assert.Equal(packets.Length + mirrored, left + dropped);
                bench.AssertHome();
            },
            iter: 300,
            threads: 1);

    /// <summary>Runs stages one by one and counts what mirrors add, dropped clones included.</summary>
    private sealed class Counted(IStage[] stages, Action<int> added) : IStage
    {
        public void Process(ref Burst burst)
        {
            foreach (IStage stage in stages)
            {
                int before = burst.Count;
                stage.Process(ref burst);
                added(stage is MirrorStage mirror ? Mirrored(before, mirror) : 0);
                burst.Settle();
            }
        }

        /// <summary>A new mirror takes the first packet and every n-th after it, whether or not the burst had room.</summary>
        private static int Mirrored(int count, MirrorStage mirror) => (count + mirror.Interval - 1) / mirror.Interval;
    }
}
