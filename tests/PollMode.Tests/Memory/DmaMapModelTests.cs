using CsCheck;
using PollMode.Testing;
using Xunit;

namespace PollMode.Tests;

/// <summary>Pools that grow, shrink, leak, end and begin at random, under a device that is at their buffers all the time.</summary>
public sealed class DmaMapModelTests
{
    [Fact]
    public void A_buffer_that_is_out_is_mapped_whatever_happened_before() =>
        Gen.Select(Gen.Int[0, 8], Gen.Int[0, 1], Gen.Int[0, 9999]).Array[1, 60].Sample(
            steps =>
            {
                using var world = new World();
                foreach ((int action, int pool, int number) in steps)
                {
                    world.Do(action, pool, number);
                    world.AssertMapped();
                }

                world.End();
            },
            iter: 150,
            threads: 1);

    private sealed class World : IDisposable
    {
        private const int PerSlab = 32;
        private readonly ManualClock _clock = new();
        private readonly SlabSupplier _supplier;
        private readonly TestMemory _memory = new(slabs: 12, bufferBytes: 65536);
        private readonly RecordingDmaMap _map = new();
        private readonly Mempool[] _pools = new Mempool[2];
        private readonly List<Mempool> _ended = [];
        private readonly List<Packet> _out = [];

        internal World()
        {
            _supplier = new SlabSupplier(0, startThread: false, _clock);
            _memory.Arena.Attach(_map);
            _pools = [NewPool(), NewPool()];
        }

        public void Dispose()
        {
            _supplier.Dispose();
            _memory.Dispose();
        }

        internal void Do(int action, int pool, int number)
        {
            switch (action)
            {
                case 0 or 1 or 2:
                    Rent(_pools[pool], 1 + (number % 100));
                    break;
                case 3 or 4:
                    Return(number, 1 + (number % 150));
                    break;
                case 5 or 6:
                    for (int i = 0; i < 40; i++)
                    {
                        _pools[pool].Tidy();
                        _supplier.SupplyAll();
                        _clock.Advance(CalmWatch.Shortest / 8);
                    }

                    break;
                case 7:
                    _supplier.SupplyAll();
                    break;
                case 8:
                    // With whatever is out: a leak, or late.
                    _pools[pool].Dispose();
                    _ended.Add(_pools[pool]);
                    _pools[pool] = NewPool();
                    break;
            }
        }

        internal void AssertMapped()
        {
            Assert.Empty(_map.Faults);

            // Patiently: pools that ended give their slabs back on a timer's thread.
            Assert.True(SpinWait.SpinUntil(() => _memory.Arena.SlabsMapped - _memory.Arena.SlabsUnmapped == _map.Mappings.Count, TimeSpan.FromSeconds(30)));
            foreach (Mempool pool in _pools.Concat(_ended))
            {
                int held = _out.Count(packet => packet.Pool == pool);
                Assert.True(SpinWait.SpinUntil(() => pool.InFlight == held, TimeSpan.FromSeconds(30)), $"{pool}, and {held} are held");
            }

            foreach (Packet packet in _out)
            {
                _map.Access(packet, (byte)packet.UserWord);
            }
        }

        internal void End()
        {
            Array.ForEach(_pools, pool => pool.Dispose());
            AssertMapped();
            Return(0, _out.Count);
            Assert.All(_ended.Concat(_pools), pool => Assert.True(pool.WaitUntilFreed(TimeSpan.FromSeconds(30))));
            Assert.Empty(_map.Mappings);
            _memory.Dispose();
            Assert.True(_map.IsDisposed);
            Assert.Empty(_map.Faults);
        }

        private Mempool NewPool()
        {
            // Ended pools may still hold what the new one needs: then it begins with less.
            for (int slabs = 3; ; slabs--)
            {
                try
                {
                    return _memory.Pool(slabs * PerSlab, 6 * PerSlab, options => options.Supplier = _supplier);
                }
                catch (PollModeException) when (slabs > 1)
                {
                }
                catch (PollModeException)
                {
                    Return(0, _out.Count);
                    Assert.All(_ended, pool => Assert.True(pool.WaitUntilFreed(TimeSpan.FromSeconds(30))));
                    slabs = 2;
                }
            }
        }

        private void Rent(Mempool pool, int count)
        {
            var packets = new Packet[count];
            foreach (Packet packet in packets[..pool.Rent(packets)])
            {
                packet.SetFrame(0, 0, 65536);
                packet.UserWord = (ulong)_out.Count;
                _out.Add(packet);
            }
        }

        private void Return(int start, int count)
        {
            for (; count > 0 && _out.Count > 0; count--)
            {
                int index = start % _out.Count;
                _out[index].Free();
                _out.RemoveAt(index);
            }
        }
    }
}
