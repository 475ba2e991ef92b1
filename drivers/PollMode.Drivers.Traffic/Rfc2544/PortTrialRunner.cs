namespace PollMode.Drivers.Traffic;

/// <summary>Carries out trials on a traffic port of a running engine.</summary>
public sealed class PortTrialRunner : ITrialRunner
{
    private readonly TrafficPort _port;
    private readonly StreamPlan _stream;
    private readonly TrafficPlan _plan;
    private readonly TimeSpan _settle;
    private readonly CancellationToken _stop;

    /// <summary>Makes a runner.</summary>
    /// <param name="port">The port. Borrowed.</param>
    /// <param name="plan">What every trial has in common; its first stream's shape is that of the packets.</param>
    /// <param name="settle">How long to wait for packets under way after the last was sent or came; the RFC asks for 2 s.</param>
    /// <param name="stop">Ends a trial early.</param>
    public PortTrialRunner(TrafficPort port, TrafficPlan plan, TimeSpan settle, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(plan);
        _port = port;
        _plan = plan;
        _stream = plan.Streams[0];
        _settle = settle;
        _stop = stop;
    }

    /// <inheritdoc/>
    public TrafficResult Run(TrialRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        _stop.ThrowIfCancellationRequested();
        _port.Start(_plan with
        {
            DurationNanoseconds = request.Nanoseconds,
            Streams = [_stream with { Sizes = request.Sizes, Rates = RateProfile.Constant(request.Rate), Packets = request.Packets, Spacing = new Spacing(SpacingKind.Constant) }],
        });
        try
        {
            WaitUntilSent(_port, _stop);
            WaitUntilSettled(_port, _settle, _stop);
        }
        catch (OperationCanceledException)
        {
            _port.StopSending();
            throw;
        }

        return _port.Result!;
    }

    /// <summary>Waits until a port has handed out all packets.</summary>
    public static void WaitUntilSent(TrafficPort port, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(port);
        while (!port.IsSent)
        {
            stop.ThrowIfCancellationRequested();
            Thread.Sleep(1);
        }
    }

    /// <summary>Waits until every packet is accounted for, or nothing has come for a time.</summary>
    public static void WaitUntilSettled(TrafficPort port, TimeSpan settle, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(port);
        long seen = -1;
        long quietSince = Environment.TickCount64;
        while (port.ArrivedPackets < port.SentPackets && Environment.TickCount64 - quietSince < settle.TotalMilliseconds)
        {
            stop.ThrowIfCancellationRequested();
            long arrived = port.ArrivedPackets;
            if (arrived != seen)
            {
                seen = arrived;
                quietSince = Environment.TickCount64;
            }

            Thread.Sleep(1);
        }
    }
}
