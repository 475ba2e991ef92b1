using System.Runtime.CompilerServices;

namespace PollMode.Isolation;

/// <summary>A worker's side of a <see cref="FrameTap"/>.</summary>
internal sealed class FrameTapStage : IStage
{
    private readonly FrameRing _ring;
    private readonly int _sampleEvery;
    private int _untilNext = 1;

    internal FrameTapStage(FrameRing ring, int sampleEvery)
    {
        _ring = ring;
        _sampleEvery = sampleEvery;
    }

    public string Name => "tap";

    public bool KeepsLengths => true;

    public void Process(ref Burst burst)
    {
        int count = burst.Count;
        if (_untilNext > count)
        {
            // None of this burst.
            _untilNext -= count;
        }
        else if (_ring.IsWanted)
        {
            Copy(burst.Packets);
        }
    }

    public void Finish() => _ring.End();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Copy(ReadOnlySpan<Packet> packets)
    {
        long head = _ring.Head;
        int offered = 0;
        int dropped = 0;
        foreach (Packet packet in packets)
        {
            if (--_untilNext == 0)
            {
                _untilNext = _sampleEvery;
                offered++;
                if (!_ring.TryWrite(packet, ref head))
                {
                    dropped++;
                }
            }
        }

        _ring.Publish(head, offered, dropped);
    }
}
