using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Traffic;

/// <summary>
/// A stream while it is sent: its schedule, and the packets it makes. Used by the source's worker, which first takes packets off the
/// schedule, then writes them, and then says so: counters are read by anyone.
/// </summary>
internal sealed class SendingStream
{
    private const int LumpPackets = 16;

    private readonly StreamPlan _plan;
    private readonly FrameTemplate _template;
    private readonly FrameWriter _writer;
    private readonly Pacer _pacer;
    private readonly int[] _pattern;
    private readonly int[] _sizes = new int[FrameBatch.MostPackets];
    private readonly long _limit;
    private readonly int _fixedBytes;
    private SeededRandom _random;
    private int _position;
    private int _nextSize;
    private int _taken;
    private long _takenBytes;
    private long _scheduled;

    /// <summary>Packets handed out.</summary>
    internal long Packets;

    /// <summary>Their bytes, with FCS.</summary>
    internal long Bytes;

    internal SendingStream(StreamPlan plan, TrafficPlan traffic, int index, int run)
    {
        _plan = plan;
        long seed = unchecked(traffic.Seed + (index * 7919L));
        _template = new FrameTemplate(plan.Shape, plan.Sizes, plan.ReadFields(), plan.HasSignature, traffic.ChecksWholeFrame, seed);
        _writer = new FrameWriter(_template, FieldModifiers.Of(plan, _template, seed), TestSignature.MakeIdentity(run, index));
        _random = new SeededRandom(seed, 0x73);
        _limit = plan.Packets > 0 ? plan.Packets : long.MaxValue;
        Rates = plan.Rates.Resolve(traffic.LineBitsPerSecond, plan.Sizes.Mean);
        LumpNanoseconds = Rates.First.IsMax ? Pacer.Never : (long)(LumpPackets * 1e9 / Rates.First.PacketsPerSecond(plan.Sizes.Mean));
        _pacer = new Pacer(Rates, plan.Spacing, plan.StartNanoseconds, new SeededRandom(seed, 0x70));
        _pattern = [.. plan.Sizes.Pattern];
        _fixedBytes = _template.IsFixedSize ? _template.Sizes[0].Bytes + EthernetWire.FcsBytes : 0;
        ChooseSize();
    }

    /// <summary>How late a packet is, in nanoseconds, when more than sixteen are due at once.</summary>
    internal long LumpNanoseconds { get; }

    internal string Name => _plan.Name;

    internal StreamPlan Plan => _plan;

    /// <summary>Its rates, percentages resolved.</summary>
    internal RateProfile Rates { get; }

    internal FrameLayout Layout => _template.Layout;

    /// <summary>When the next packet is due, in nanoseconds from the start of the run; <see cref="Pacer.Never"/> when the stream has ended.</summary>
    internal long Due => _scheduled == _limit ? Pacer.Never : _pacer.Due;

    internal bool IsMax => _pacer.IsMax;

    /// <summary>When the packet after the last would be due: the end of the schedule.</summary>
    internal long ScheduleEnd => _pacer.Due;

    /// <summary>Bytes of the next packet, with FCS.</summary>
    internal int NextFrameBytes => _template.Sizes[_nextSize].Bytes + EthernetWire.FcsBytes;

    /// <summary>Takes the next packet off the schedule.</summary>
    /// <param name="now">Nanoseconds from the start of the run.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Take(long now)
    {
        int frameBytes = _fixedBytes > 0 ? _fixedBytes : TakeSize();
        _taken++;
        _takenBytes += frameBytes;
        _scheduled++;
        _pacer.Advance(frameBytes, now);
    }

    /// <summary>Takes packets that are due whenever there is room for them.</summary>
    /// <param name="room">How many there is room for.</param>
    /// <param name="now">Nanoseconds from the start of the run.</param>
    /// <returns>How many were taken.</returns>
    internal int TakeMax(int room, long now)
    {
        int count = (int)Math.Min(room, _limit - _scheduled);
        if (_fixedBytes > 0)
        {
            _taken += count;
            _takenBytes += (long)count * _fixedBytes;
        }
        else
        {
            for (int i = 0; i < count; i++)
            {
                _takenBytes += TakeSize();
                _taken++;
            }
        }

        _scheduled += count;
        _pacer.Advance(EthernetWire.MinimumFrameBytes, now);
        return count;
    }

    /// <summary>Writes the packets that were taken off the schedule into buffers.</summary>
    /// <param name="packets">As many buffers as packets were taken since the last call.</param>
    /// <param name="headroom">Bytes in front of each frame.</param>
    /// <param name="port">Index of the port.</param>
    /// <param name="clock">The sender's clock, for the signatures.</param>
    /// <returns>Bytes of the frames without FCS.</returns>
    internal long Write(ReadOnlySpan<Packet> packets, int headroom, int port, long clock)
    {
        _writer.Write(packets, _sizes, headroom, port, (uint)(_scheduled - _taken), (ulong)clock);
        long bytes = _takenBytes;
        Bytes += bytes;
        Volatile.Write(ref Packets, _scheduled);
        long withoutFcs = bytes - ((long)_taken * EthernetWire.FcsBytes);
        _taken = 0;
        _takenBytes = 0;
        return withoutFcs;
    }

    private int TakeSize()
    {
        int frameBytes = NextFrameBytes;
        _sizes[_taken] = _nextSize;
        ChooseSize();
        return frameBytes;
    }

    private void ChooseSize()
    {
        if (_pattern.Length == 0)
        {
            _nextSize = (int)_random.Below((ulong)_template.Sizes.Length);
            return;
        }

        _nextSize = _pattern[_position];
        _position = _position + 1 == _pattern.Length ? 0 : _position + 1;
    }
}
