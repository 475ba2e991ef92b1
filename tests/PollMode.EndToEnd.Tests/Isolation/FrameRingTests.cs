using System.Buffers;
using PollMode.Isolation;
using PollMode.Testing;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>The ring between app and data plane: whole frames, in order, each once, whatever their sizes and wherever the ring's end falls.</summary>
public sealed class FrameRingTests
{
    [Fact]
    public void FramesPassInOrderAndWholeBetweenTwoMappings()
    {
        const int Frames = 20_000;
        using RingMemory inside = RingMemory.Create();
        RingPlace place = inside.Make(4096, out FrameRing writer);
        using RingMemory outside = RingMemory.At(inside.Descriptor);
        FrameRing reader = outside.Map(place);
        var thread = new Thread(() => WriteAll(writer, Frames));
        thread.Start();

        var pipe = new ArrayBufferWriter<byte>(1 << 16);
        int seen = 0;
        while (seen < Frames)
        {
            pipe.ResetWrittenCount();
            reader.Read(pipe, 8192);
            var sequence = new ReadOnlySequence<byte>(pipe.WrittenMemory);
            while (TapFrame.TryRead(ref sequence, out TapFrame frame))
            {
                Assert.Equal((SizeOf(seen), (long)seen), (frame.Length, frame.TimestampNanoseconds));
                byte expected = (byte)seen++;
                foreach (ReadOnlyMemory<byte> piece in frame.Bytes)
                {
                    Assert.Equal(-1, piece.Span.IndexOfAnyExcept(expected));
                }
            }

            Assert.True(sequence.IsEmpty);
            Thread.Yield();
        }

        thread.Join();
        Assert.True(reader.IsEmpty && reader.HasEnded);
        Assert.Equal((Frames, Frames), (reader.Delivered, reader.Offered));
    }

    [Fact]
    public void AFrameThatFindsNoRoomChangesNothing()
    {
        using RingMemory memory = RingMemory.Create();
        memory.Make(4096, out FrameRing ring);
        long head = ring.Head;
        Assert.False(ring.TryWrite(new byte[4096 - TapFrame.HeaderBytes + 1], 0, ref head));
        Assert.Equal(0, head);
        Assert.True(ring.TryWrite(new byte[4096 - TapFrame.HeaderBytes], 0, ref head));
        Assert.False(ring.TryWrite([1], 0, ref head));
        Assert.True(ring.IsEmpty);
        ring.Publish(head, 1, 0);
        Assert.False(ring.IsEmpty);
    }

    [Fact]
    public void RingsOfOneMemoryDoNotTouchEachOther()
    {
        using RingMemory memory = RingMemory.Create();
        RingPlace first = memory.Make(5000, out FrameRing one);
        RingPlace second = memory.Make(1, out FrameRing two);
        Assert.Equal((0, FrameRing.HeaderBytes + 8192, FrameRing.HeaderBytes + 4096), (first.Offset, second.Offset, second.Bytes));
        long head = two.Head;
        Assert.True(two.TryWrite(new byte[4000], 7, ref head));
        two.Publish(head, 1, 0);
        two.IsWanted = true;
        Assert.True(one.IsEmpty && !one.IsWanted && !two.IsEmpty && two.IsWanted);
    }

    [Fact]
    public void WhatIsNoFrameIsNotBelieved()
    {
        using RingMemory memory = RingMemory.Create();
        memory.Make(4096, out FrameRing ring);
        using var pool = new PoolHarness();
        var packets = new Packet[4];
        Write(ring, 100);
        Write(ring, 201);
        Write(ring, 50);
        Assert.Equal(1, ring.Receive(packets, pool.Pool, 0, 3, 200, out long bytes, out _, out bool isBroken));
        Assert.Equal((100, 100L, 3, true), (packets[0].Length, bytes, (int)packets[0].Port, isBroken));
        Assert.True(ring.IsEmpty);
        Write(ring, 50);
        Assert.Equal(1, ring.Receive(packets.AsSpan(1), pool.Pool, 0, 3, 200, out _, out _, out isBroken));
        Assert.Equal((50, false), (packets[1].Length, isBroken));
        pool.Pool.Return(packets.AsSpan(0, 2));
        pool.AssertAllHome();
    }

    private static void Write(FrameRing ring, int length)
    {
        long head = ring.Head;
        Assert.True(ring.TryWrite(new byte[length], 0, ref head));
        ring.Publish(head, 1, 0);
    }

    private static int SizeOf(int frame) => 1 + (int)((uint)frame * 2654435761 % 1500);

    private static void WriteAll(FrameRing ring, int frames)
    {
        var bytes = new byte[1600];
        for (int i = 0; i < frames; i++)
        {
            bytes.AsSpan(0, SizeOf(i)).Fill((byte)i);
            long head = ring.Head;
            while (!ring.TryWrite(bytes.AsSpan(0, SizeOf(i)), (ulong)i, ref head))
            {
                Thread.Yield();
            }

            ring.Publish(head, 1, 0);
        }

        ring.End();
    }
}
