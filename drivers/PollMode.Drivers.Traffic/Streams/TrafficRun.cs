using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Traffic;

/// <summary>One run of a plan: what the source sends and the sink finds. The source's worker and the sink's worker write parts of their own; anyone reads.</summary>
internal sealed class TrafficRun
{
    /// <summary>Wire time, in bits, that packets may be handed out ahead of the wire: what a NIC's queue smooths.</summary>
    private const double AheadFrames = 64;

    private readonly SendingStream? _single;
    private readonly double _nanosecondsPerLineBit;
    private readonly double _aheadNanoseconds;
    private readonly long _end;
    private readonly bool _audits;
    private readonly bool _stampsDue;
    private double _lineFree;
    private int _next;
    private long _origin;
    private long _firstClock;
    private volatile bool _isStarted;
    private volatile bool _isSent;
    private volatile bool _stopAsked;

    internal TrafficRun(TrafficPlan plan, int tag, bool sends = true)
    {
        Plan = plan;
        Tag = tag;
        Streams = [.. plan.Streams.Select((stream, index) => new SendingStream(stream, plan, index, tag))];
        Receivers = [.. plan.Streams.Select(_ => new StreamReceiver())];
        Reader = new TestPacketReader(Streams.Select(stream => stream.Layout), Receivers, tag);
        HasSignatures = plan.Streams.Any(stream => stream.HasSignature);
        _single = Streams.Length == 1 ? Streams[0] : null;
        _end = plan.DurationNanoseconds > 0 ? plan.DurationNanoseconds : Pacer.Never;
        _stampsDue = plan.StampsDueTime;
        _audits = plan.AuditsGaps && !plan.Streams.All(stream => stream.Rates.IsConstant && stream.Rates.First.IsMax);
        _isSent = !sends;
        if (plan.LineBitsPerSecond > 0)
        {
            _nanosecondsPerLineBit = 1e9 / plan.LineBitsPerSecond;
            _aheadNanoseconds = AheadFrames * EthernetWire.BitsOf(Streams.Max(stream => stream.Plan.Sizes.Sizes.Max())) * _nanosecondsPerLineBit;
        }
    }

    internal TrafficPlan Plan { get; }

    /// <summary>Four bits that tell this run's packets from those of the runs before it.</summary>
    internal int Tag { get; }

    internal SendingStream[] Streams { get; }

    internal StreamReceiver[] Receivers { get; }

    internal TestPacketReader Reader { get; }

    /// <summary>Whether there is anything that a sink could look for.</summary>
    internal bool HasSignatures { get; }

    internal GapAudit Gaps { get; } = new();

    internal bool AuditsGaps => _audits;

    /// <summary>Packets that are no test packets.</summary>
    internal long Foreign;

    /// <summary>Whole test packets of other runs.</summary>
    internal long OtherRuns;

    /// <summary>Damaged packets whose stream is not known.</summary>
    internal long CorruptedUnknown;

    /// <summary>Times that no buffer was free for a packet that was due.</summary>
    internal long NoBuffer;

    /// <summary>Packets of lumps: see <see cref="TrafficResult.LumpedPackets"/>.</summary>
    internal long LumpedPackets;

    internal long Slips;

    internal long SlippedNanoseconds;

    /// <summary>Largest time behind schedule when a packet was sent.</summary>
    internal long LargestLag => Gaps.LargestLag;

    internal long LastLag;

    internal bool IsStarted => _isStarted;

    /// <summary>Whether every packet has been handed out.</summary>
    internal bool IsSent => _isSent;

    /// <summary>Nanoseconds from the first look at the clock to the last packet, or to the end of the schedule if that is later.</summary>
    internal long ElapsedNanoseconds { get; private set; }

    internal void AskStop() => _stopAsked = true;

    /// <summary>Fills buffers with the packets that are due.</summary>
    /// <param name="room">Where they go.</param>
    /// <param name="stash">Where buffers come from.</param>
    /// <param name="clock">Now, in nanoseconds of the monotonic clock.</param>
    /// <param name="headroom">Bytes in front of each frame.</param>
    /// <param name="port">Index of the port.</param>
    /// <param name="bytes">Bytes of the packets given, without FCS.</param>
    /// <returns>How many.</returns>
    internal int Emit(Span<Packet> room, PacketStash stash, long clock, int headroom, int port, out long bytes)
    {
        bytes = 0;
        if (!_isStarted)
        {
            _origin = clock;
            _firstClock = clock;
            _isStarted = true;
        }

        int count = 0;
        while (count < room.Length)
        {
            long now = clock - _origin;
            SendingStream stream = _single ?? Choose();
            long due = stream.Due;
            if (!IsDue(due, now))
            {
                if (due >= _end || _stopAsked)
                {
                    Finish(now, due);
                }
                else
                {
                    Reckon(clock, due);
                }

                break;
            }

            int most = Math.Min(stash.Fill(), room.Length - count);
            if (most == 0)
            {
                NoBuffer++;
                break;
            }

            // Packets that are stamped alike are written together.
            int taken = Take(stream, clock, _single == null || _stampsDue ? 1 : most);

            // The time that packets take before they are counted, so that no rate is reckoned without it.
            Reckon(clock, _single == null ? EarliestEnd() : stream.ScheduleEnd);
            if (taken == 0)
            {
                break;
            }

            Span<Packet> packets = room.Slice(count, taken);
            stash.Take(packets);
            bytes += stream.Write(packets, headroom, port, _stampsDue && !stream.IsMax ? _origin + due : clock);
            count += taken;
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsDue(long due, long now) => due <= now && due < _end && !_stopAsked;

    /// <summary>Takes packets of a stream off its schedule, the first of which is due.</summary>
    /// <returns>How many; none when the line is taken.</returns>
    private int Take(SendingStream stream, long clock, int most)
    {
        if (stream.IsMax && _nanosecondsPerLineBit == 0)
        {
            return stream.TakeMax(most, clock - _origin);
        }

        int count = 0;
        do
        {
            long now = clock - _origin;
            long due = stream.Due;
            if (!IsDue(due, now) || (_nanosecondsPerLineBit > 0 && !TryTakeLine(stream, now)))
            {
                break;
            }

            if (!stream.IsMax)
            {
                now = Audit(stream, due, now);
            }

            stream.Take(now);
            count++;
        }
        while (count < most);

        return count;
    }

    private bool TryTakeLine(SendingStream stream, long now)
    {
        if (_lineFree > now + _aheadNanoseconds)
        {
            return false;
        }

        _lineFree = Math.Max(_lineFree, now) + (EthernetWire.BitsOf(stream.NextFrameBytes) * _nanosecondsPerLineBit);
        return true;
    }

    /// <summary>Notes how late a packet is, and moves the schedule if that is too much.</summary>
    /// <returns>Now, on the schedule as it is then.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Audit(SendingStream stream, long due, long now)
    {
        if (Plan.MaxBehindNanoseconds > 0 && now - due > Plan.MaxBehindNanoseconds)
        {
            Slip(now - due);
            now = due;
        }

        if (_audits)
        {
            Gaps.Record(due, now);
        }

        LastLag = now - due;
        if (LastLag > stream.LumpNanoseconds)
        {
            LumpedPackets++;
        }

        return now;
    }

    /// <summary>A packet takes its time on the schedule and on the line, so that no rate is reckoned before that time is over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reckon(long clock, long nextDue)
    {
        long scheduled = Math.Min(nextDue, _end);
        scheduled = scheduled == Pacer.Never ? 0 : scheduled + SlippedNanoseconds;
        ElapsedNanoseconds = Math.Max(scheduled, Math.Max(clock - _firstClock, (long)_lineFree));
    }

    private long EarliestEnd()
    {
        long earliest = Pacer.Never;
        foreach (SendingStream stream in Streams)
        {
            earliest = Math.Min(earliest, stream.Due);
        }

        return earliest;
    }

    /// <summary>The stream whose packet is due first; of several, in turn.</summary>
    private SendingStream Choose()
    {
        SendingStream[] streams = Streams;
        int best = _next < streams.Length ? _next : 0;
        long due = streams[best].Due;
        for (int i = 0, at = best; i < streams.Length; i++)
        {
            if (streams[at].Due < due)
            {
                best = at;
                due = streams[at].Due;
            }

            at = at + 1 == streams.Length ? 0 : at + 1;
        }

        _next = best + 1;
        return streams[best];
    }

    private void Slip(long nanoseconds)
    {
        _origin += nanoseconds;
        _lineFree = Math.Max(0, _lineFree - nanoseconds);
        Slips++;
        SlippedNanoseconds += nanoseconds;
        Gaps.Move(nanoseconds);
    }

    /// <summary>The schedule ends where its next packet would be due, or at the end of the run: what a rate is reckoned over.</summary>
    private void Finish(long now, long due)
    {
        long end = _stopAsked ? now : Math.Min(_end, due == Pacer.Never ? Streams.Max(stream => stream.ScheduleEnd == Pacer.Never ? 0 : stream.ScheduleEnd) : due);
        ElapsedNanoseconds = Math.Max(Math.Max(now, end) + SlippedNanoseconds, (long)_lineFree);
        _isSent = true;
    }
}
