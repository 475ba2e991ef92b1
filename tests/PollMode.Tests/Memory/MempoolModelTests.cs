using CsCheck;
using Xunit;

namespace PollMode.Tests;

/// <summary>A pool against a model that only counts: the same random calls to both, and after each the same buffers out.</summary>
public sealed class MempoolModelTests
{
    [Fact]
    public void No_buffer_is_lost_doubled_or_shared_whatever_is_done_with_it()
    {
        Gen<int> any = Gen.Int[0, 100_000];
        Gen.Int[0, 1].Select(_ => (new RealPool(), new ModelPool())).SampleModelBased(
            [
                Gen.Int[1, 150].Operation<RealPool, ModelPool>((real, n) => real.Rent(n), (model, n) => model.Rent(n)),
                any.Operation<RealPool, ModelPool>((real, n) => real.Return(n, 1), (model, n) => model.Return(n, 1)),
                any.Operation<RealPool, ModelPool>((real, n) => real.Return(n, 40), (model, n) => model.Return(n, 40)),
                any.Operation<RealPool, ModelPool>((real, n) => real.ReturnFromElsewhere(n), (model, n) => model.Return(n, 20)),
                any.Operation<RealPool, ModelPool>((real, n) => real.Clone(n), (model, n) => model.Clone(n)),
                any.Operation<RealPool, ModelPool>((real, n) => real.Append(n), (model, n) => model.Append(n)),
                any.Operation<RealPool, ModelPool>((real, n) => real.Detach(n), (model, n) => model.Return(n, 1)),
            ],
            equal: (real, model) => real.Agrees(model),
            iter: 150,
            threads: 1);
    }

    /// <summary>Packets held, each with its holders counted in a cell that clones share, and its buffers.</summary>
    internal sealed class ModelPool
    {
        internal List<(int[] Holders, int Buffers)> Held { get; } = [];

        internal int Out { get; private set; }

        internal void Rent(int count)
        {
            count = Math.Min(count, RealPool.Limit - Out);
            for (int i = 0; i < count; i++)
            {
                Held.Add(([1], 1));
            }

            Out += count;
        }

        internal void Return(int start, int count)
        {
            for (int i = 0; i < count && Held.Count > 0; i++)
            {
                int index = start % Held.Count;
                if (--Held[index].Holders[0] == 0)
                {
                    Out -= Held[index].Buffers;
                }

                Held.RemoveAt(index);
            }
        }

        internal void Clone(int at)
        {
            if (Held.Count > 0)
            {
                (int[] holders, int buffers) = Held[at % Held.Count];
                holders[0]++;
                Held.Add((holders, buffers));
            }
        }

        internal void Append(int at)
        {
            if (Held.Count > 1 && Held[at % Held.Count].Holders[0] == 1 && Held[^1].Holders[0] == 1 && at % Held.Count != Held.Count - 1)
            {
                int head = at % Held.Count;
                Held[head] = (Held[head].Holders, Held[head].Buffers + Held[^1].Buffers);
                Held.RemoveAt(Held.Count - 1);
            }
        }
    }

    internal sealed class RealPool
    {
        internal const int Limit = 512;

        private readonly TestMemory _memory = new(slabs: 2, bufferBytes: 8192);
        private readonly Mempool _pool;
        private readonly List<Packet> _held = [];
        private ulong _stamp;

        internal RealPool() => _pool = _memory.Pool(256, Limit);

        ~RealPool() => _memory.Dispose();

        internal void Rent(int count)
        {
            var packets = new Packet[count];
            foreach (Packet packet in packets[.._pool.Rent(packets)])
            {
                Assert.Equal((1, 1), (packet.ReferenceCount, packet.SegmentCount));
                packet.UserWord = ++_stamp;
                Assert.True(packet.TryWrite(BitConverter.GetBytes(_stamp)));
                _held.Add(packet);
            }
        }

        internal void Return(int start, int count) => _pool.Return(Take(start, count));

        internal void ReturnFromElsewhere(int start)
        {
            Packet[] packets = Take(start, 20);
            TestMemory.Elsewhere(() => Mempool.Free(packets));
        }

        internal void Clone(int at)
        {
            if (_held.Count > 0)
            {
                _held.Add(_held[at % _held.Count].Clone());
            }
        }

        internal void Append(int at)
        {
            if (_held.Count > 1 && _held[at % _held.Count].ReferenceCount == 1 && _held[^1].ReferenceCount == 1 && at % _held.Count != _held.Count - 1)
            {
                _held[at % _held.Count].AppendSegments(_held[^1]);
                _held.RemoveAt(_held.Count - 1);
            }
        }

        internal void Detach(int at)
        {
            foreach (Packet packet in Take(at, 1))
            {
                using DetachedPacket detached = packet.Detach();
                Assert.Equal(packet.Length, detached.Memory.Length);
            }
        }

        internal bool Agrees(ModelPool model)
        {
            MempoolStatistics now = _pool.Statistics;
            Assert.Equal(now.Capacity, now.InCache + now.InRing + now.InBackup + now.InFlight);
            Assert.Equal(model.Out, now.InFlight);
            Assert.Equal(model.Held.Count, _held.Count);
            var buffers = new HashSet<Packet>();
            for (int i = 0; i < _held.Count; i++)
            {
                Assert.Equal((model.Held[i].Holders[0], model.Held[i].Buffers), (_held[i].ReferenceCount, _held[i].SegmentCount));
                for (Packet segment = _held[i]; !segment.IsNone; segment = segment.NextSegment)
                {
                    buffers.Add(segment);
                    Assert.Equal(segment.UserWord, BitConverter.ToUInt64(segment.Span));
                }
            }

            Assert.Equal(model.Out, buffers.Count);
            return true;
        }

        private Packet[] Take(int start, int count)
        {
            var packets = new List<Packet>();
            for (int i = 0; i < count && _held.Count > 0; i++)
            {
                packets.Add(_held[start % _held.Count]);
                _held.RemoveAt(start % _held.Count);
            }

            return [.. packets];
        }
    }
}
