using System.Runtime.InteropServices;
using CsCheck;
using PollMode.Drivers.AfXdp.Xsk;

namespace PollMode.Drivers.AfXdp.Tests.Xsk;

/// <summary>The rings against a queue, with the kernel's side played here, over the wrap of the indices at 2^32.</summary>
public sealed unsafe class RingTests : IDisposable
{
    private const int Size = 64;

    private static readonly XdpRingOffset Layout = new() { Producer = 0, Consumer = 128, Flags = 256, Entries = 320 };

    private readonly byte* _memory = (byte*)NativeMemory.AllocZeroed(320 + (Size * 16));

    private uint* Producer => (uint*)_memory;

    private uint* Consumer => (uint*)(_memory + 128);

    private uint* Flags => (uint*)(_memory + 256);

    private ulong* Entries => (ulong*)(_memory + 320);

    public void Dispose() => NativeMemory.Free(_memory);

    [Fact]
    public void What_is_submitted_is_taken_once_and_in_order() => Gen.Select(Gen.UInt, Gen.Int[0, 2 * Size].Array[1, 60]).Sample(
        (start, steps) =>
        {
            start = uint.MaxValue - (start % 100);
            *Producer = start;
            *Consumer = start;
            var ring = new ProducerRing(_memory, in Layout, Size);
            var model = new Queue<ulong>();
            ulong next = 0;
            foreach (int step in steps)
            {
                int count = Math.Min(ring.Reserve(step), step);
                if (count != Math.Min(step, Size - model.Count))
                {
                    return false;
                }

                for (int i = 0; i < count; i++)
                {
                    ring.Address(i) = next;
                    model.Enqueue(next++);
                }

                ring.Submit(count);
                if (ring.Outstanding != model.Count)
                {
                    return false;
                }

                for (int taken = step / 2; taken > 0 && *Consumer != *Producer; taken--)
                {
                    if (Entries[*Consumer % Size] != model.Dequeue())
                    {
                        return false;
                    }

                    ++*Consumer;
                }
            }

            return true;
        },
        threads: 1);

    [Fact]
    public void What_the_kernel_puts_in_is_read_once_and_in_order() => Gen.Select(Gen.UInt, Gen.Int[0, 2 * Size].Array[1, 60]).Sample(
        (start, steps) =>
        {
            start = uint.MaxValue - (start % 100);
            *Producer = start;
            *Consumer = start;
            var ring = new ConsumerRing(_memory, in Layout, Size);
            ulong put = 0;
            ulong got = 0;
            foreach (int step in steps)
            {
                for (int i = 0; i < step && *Producer - *Consumer < Size; i++)
                {
                    Entries[*Producer % Size] = put++;
                    ++*Producer;
                }

                int wanted = 1 + (step / 2);
                int ready = ring.Peek(wanted);
                if (ready < Math.Min(wanted, (int)(put - got)))
                {
                    return false;
                }

                int count = Math.Min(ready, wanted);
                for (int i = 0; i < count; i++)
                {
                    if (ring.Address(i) != got++)
                    {
                        return false;
                    }
                }

                ring.Release(count);
            }

            return true;
        },
        threads: 1);

    [Fact]
    public void An_index_that_makes_no_sense_is_no_room_and_no_entry()
    {
        var producer = new ProducerRing(_memory, in Layout, Size);
        *Consumer = 1;
        Assert.Equal(0, producer.Reserve(Size + 1));
        *Consumer = 0;
        var consumer = new ConsumerRing(_memory, in Layout, Size);
        *Producer = Size + 1;
        Assert.Equal(0, consumer.Peek(1));
    }

    [Fact]
    public void The_flag_says_when_the_kernel_wants_a_call()
    {
        var ring = new ProducerRing(_memory, in Layout, Size);
        Assert.False(ring.NeedsWakeup);
        *Flags = 1;
        Assert.True(ring.NeedsWakeup);
    }
}
