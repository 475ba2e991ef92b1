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
        _single = Streams.Length == 1 ? Streams[0] : null;
        _end = plan.DurationNanoseconds > 0 ? plan.DurationNanoseconds : Pacer.Never;
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

        long now = clock - _origin;
        long taken = 0;
        int count = 0;
        while (count < room.Length)
        {
            SendingStream stream = _single ?? Choose();
            long due = stream.Due;
            if (due > now || due >= _end || _stopAsked)
            {
                taken = Math.Min(due, _end);
                if (due >= _end || _stopAsked)
                {
                    Finish(now, due);
                }

                break;
            }

            if (_nanosecondsPerLineBit > 0 && _lineFree > now + _aheadNanoseconds)
            {
                break;
            }

            if (!stash.TryTake(out Packet packet))
            {
                NoBuffer++;
                break;
            }

            if (_nanosecondsPerLineBit > 0)
            {
                _lineFree = Math.Max(_lineFree, now) + (EthernetWire.BitsOf(stream.NextFrameBytes) * _nanosecondsPerLineBit);
            }

            if (!stream.IsMax)
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
            }

            bytes += stream.Write(packet, headroom, port, now, clock);
            room[count++] = packet;
        }

        // A packet takes its time on the schedule and on the line, so that no rate is reckoned before that time is over.
        if (!_isSent)
        {
            taken = taken == Pacer.Never ? 0 : taken + SlippedNanoseconds;
            ElapsedNanoseconds = Math.Max(taken, Math.Max(clock - _firstClock, (long)_lineFree));
        }

        return count;
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
