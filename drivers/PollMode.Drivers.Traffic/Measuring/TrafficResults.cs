namespace PollMode.Drivers.Traffic;

/// <summary>Reads a run's counters, from any thread, and puts the results of a sender and a receiver together.</summary>
public static class TrafficResults
{
    /// <summary>Puts together what a sender and a receiver on different machines found.</summary>
    /// <param name="sent">The sender's result.</param>
    /// <param name="received">The receiver's result, of the same streams.</param>
    /// <exception cref="PollModeException">They are not of the same streams.</exception>
    public static TrafficResult Join(TrafficResult sent, TrafficResult received)
    {
        ArgumentNullException.ThrowIfNull(sent);
        ArgumentNullException.ThrowIfNull(received);
        if (received.Streams.Count < sent.Streams.Count)
        {
            throw new PollModeException($"The sender's result has {sent.Streams.Count} streams and the receiver's {received.Streams.Count}; let the receiver expect as many streams as are sent.");
        }

        var streams = new List<StreamResult>();
        for (int i = 0; i < sent.Streams.Count; i++)
        {
            StreamResult tx = sent.Streams[i];
            StreamResult rx = received.Streams[i];
            streams.Add(rx with
            {
                Name = tx.Name,
                Sent = tx.Sent,
                SentBytes = tx.SentBytes,
                Lost = Math.Max(0, tx.Sent - rx.Received - rx.Corrupted - rx.TooLate),
            });
        }

        return sent with
        {
            Streams = streams,
            Foreign = received.Foreign,
            OtherRuns = received.OtherRuns,
            CorruptedUnknown = received.CorruptedUnknown,
            ReceiverDropped = received.ReceiverDropped,
            Latency = received.Latency,
            Histogram = received.Histogram,
        };
    }

    internal static TrafficResult Of(TrafficRun run, bool sends)
    {
        var streams = new List<StreamResult>();
        var latency = new LogLinearHistogram();
        double asked = 0;
        for (int i = 0; i < run.Streams.Length; i++)
        {
            // The receiver first: what is in flight meanwhile counts as not yet received, not as received before it was sent.
            StreamResult stream = Of(run.Streams[i], run.Receivers[i], sends);
            streams.Add(stream);
            latency.Add(stream.Histogram!);
        }

        // After the counts: a time that is too long by a moment makes no rate too high.
        long elapsed = run.ElapsedNanoseconds;
        for (int i = 0; i < run.Streams.Length; i++)
        {
            StreamPlan plan = run.Streams[i].Plan;
            asked += Asked(run.Streams[i].Rates, plan, elapsed - run.SlippedNanoseconds);
        }

        return new TrafficResult
        {
            IsSent = run.IsSent,
            ElapsedNanoseconds = elapsed,
            AskedPacketsPerSecond = double.IsFinite(asked) && sends ? asked : 0,
            Streams = streams,
            Gaps = run.AuditsGaps && sends ? Of(run.Gaps, elapsed) : null,
            Foreign = Volatile.Read(ref run.Foreign),
            OtherRuns = Volatile.Read(ref run.OtherRuns),
            CorruptedUnknown = Volatile.Read(ref run.CorruptedUnknown),
            NoBuffer = Volatile.Read(ref run.NoBuffer),
            Slips = Volatile.Read(ref run.Slips),
            SlippedNanoseconds = Volatile.Read(ref run.SlippedNanoseconds),
            LumpedPackets = Volatile.Read(ref run.LumpedPackets),
            LagNanoseconds = Volatile.Read(ref run.LastLag),
            Latency = TimeSummary.Of(latency),
            Histogram = latency,
        };
    }

    /// <summary>Mean rate asked for; of bursts with a gap of their own, and of a stream that ends by count, nobody asked for more than came.</summary>
    private static double Asked(RateProfile rates, StreamPlan plan, long elapsed)
    {
        long time = Math.Max(0, elapsed - plan.StartNanoseconds);
        double rate = rates.MeanPacketsPerSecond(plan.Sizes.Mean, time);
        if (plan.Spacing is { Kind: SpacingKind.Burst, GapNanoseconds: > 0 } burst)
        {
            double busy = burst.Packets / rate * 1e9;
            rate = burst.Packets / (busy + burst.GapNanoseconds) * 1e9;
        }

        double packets = rate * time / 1e9;
        return elapsed > 0 ? (plan.Packets > 0 ? Math.Min(packets, plan.Packets) : packets) * 1e9 / elapsed : rate;
    }

    private static StreamResult Of(SendingStream sender, StreamReceiver receiver, bool sends)
    {
        LogLinearHistogram histogram = receiver.Latency.Copy();
        long highest = receiver.Highest;
        long received = Volatile.Read(ref receiver.Packets);
        long corrupted = Volatile.Read(ref receiver.Corrupted);
        long tooLate = Volatile.Read(ref receiver.TooLate);
        long sent = Volatile.Read(ref sender.Packets);
        return new StreamResult
        {
            Name = sender.Name,
            Sent = sends ? sent : 0,
            SentBytes = sends ? Volatile.Read(ref sender.Bytes) : 0,
            Received = received,
            ReceivedBytes = Volatile.Read(ref receiver.Bytes),
            Lost = sender.Plan.HasSignature ? Math.Max(0, (sends ? sent : highest + 1) - received - corrupted - tooLate) : 0,
            Duplicated = Volatile.Read(ref receiver.Duplicated),
            Reordered = Volatile.Read(ref receiver.Reordered),
            Corrupted = corrupted,
            TooLate = tooLate,
            NegativeLatency = Volatile.Read(ref receiver.NegativeLatency),
            HighestSequence = highest,
            JitterNanoseconds = receiver.Jitter,
            Latency = TimeSummary.Of(histogram),
            Histogram = histogram,
        };
    }

    private static GapResult Of(GapAudit gaps, long elapsed)
    {
        LogLinearHistogram asked = gaps.Asked.Copy();
        LogLinearHistogram achieved = gaps.Achieved.Copy();
        return new GapResult
        {
            Asked = TimeSummary.Of(asked),
            Achieved = TimeSummary.Of(achieved),
            Error = TimeSummary.Of(gaps.Error),
            DriftPpm = elapsed > 0 && gaps.FirstLag >= 0 ? (gaps.LastLag - gaps.FirstLag) * 1e6 / elapsed : 0,
            LargestLagNanoseconds = gaps.LargestLag,
            AskedHistogram = asked,
            AchievedHistogram = achieved,
        };
    }
}
