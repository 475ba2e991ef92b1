using Microsoft.Extensions.Logging;

namespace PollMode.Hosting;

/// <summary>What engines log. The event ids are stable.</summary>
internal static partial class EngineLog
{
    /// <summary>The category of all of them.</summary>
    internal const string Category = "PollMode.Engine";

    [LoggerMessage(1, LogLevel.Information, "{Engine}: memory: {Report}")]
    internal static partial void Memory(ILogger logger, string engine, string report);

    [LoggerMessage(2, LogLevel.Information, "{Engine}: port {Index} is {Port}: {RxQueues} receive and {TxQueues} transmit queue(s), frames up to {MaxFrameBytes} bytes, zero-copy {ZeroCopy}, link {Link}")]
    internal static partial void Port(ILogger logger, string engine, int index, string port, int rxQueues, string txQueues, string maxFrameBytes, bool zeroCopy, LinkState link);

    [LoggerMessage(3, LogLevel.Information, "{Engine}: port {Index}: {Report}")]
    internal static partial void PortReport(ILogger logger, string engine, int index, string report);

    [LoggerMessage(4, LogLevel.Information, "{Engine}: worker {Worker} on {Cpu} polls {Queues}")]
    internal static partial void Worker(ILogger logger, string engine, int worker, string cpu, string queues);

    [LoggerMessage(5, LogLevel.Error, "{Engine}: stages of worker {Worker} threw {Faults} time(s) since the last report; each cost its burst")]
    internal static partial void StageFaulted(ILogger logger, Exception fault, string engine, int worker, long faults);

    [LoggerMessage(6, LogLevel.Critical, "{Engine}: worker {Worker} has ended because of a fault")]
    internal static partial void WorkerFaulted(ILogger logger, Exception fault, string engine, int worker);

    [LoggerMessage(7, LogLevel.Warning, "{Engine}: the link of port {Index} ({Port}) is {Link}")]
    internal static partial void LinkChanged(ILogger logger, string engine, int index, string port, LinkState link);

    [LoggerMessage(8, LogLevel.Information, "{Engine}: stopped after {RxPackets} packets received, {TxPackets} sent, {Dropped} dropped")]
    internal static partial void Stopped(ILogger logger, string engine, long rxPackets, long txPackets, long dropped);

    [LoggerMessage(9, LogLevel.Warning, "{Engine}: packets were still inside after {Seconds} s of draining and were freed; allow more by the host's ShutdownTimeout or DrainTimeout")]
    internal static partial void NotDrained(ILogger logger, string engine, double seconds);

    [LoggerMessage(10, LogLevel.Warning, "{Engine}: {Count} buffer(s) were still out when the engine closed; their memory stays mapped until they come home: {Examples}")]
    internal static partial void Leaked(ILogger logger, string engine, int count, string examples);

    [LoggerMessage(11, LogLevel.Error, "{Engine}: closing failed in part; the rest was closed all the same")]
    internal static partial void CloseFailed(ILogger logger, Exception fault, string engine);

    [LoggerMessage(12, LogLevel.Information, "{Engine}: every source has ended and all its packets have left")]
    internal static partial void Completed(ILogger logger, string engine);

    [LoggerMessage(13, LogLevel.Information, "{Engine}: asks the host to stop, because {Reason}")]
    internal static partial void StopsHost(ILogger logger, string engine, string reason);

    [LoggerMessage(15, LogLevel.Warning, "{Engine}: worker {Worker} was told to end {Seconds} s ago and is still inside a stage or a queue; waiting for it")]
    internal static partial void WorkerHangs(ILogger logger, string engine, int worker, double seconds);

    [LoggerMessage(16, LogLevel.Critical, "{Engine}: the process that the engine lived in has ended by itself")]
    internal static partial void Lost(ILogger logger, Exception fault, string engine);

    [LoggerMessage(14, LogLevel.Error, "{Engine}: {Fault}")]
    internal static partial void PortFaulted(ILogger logger, string engine, string fault);

    [LoggerMessage(17, LogLevel.Warning, "{Engine}: a pool that wants to grow cannot; it goes on with what it has and is tried again each second")]
    internal static partial void GrowthFailed(ILogger logger, Exception fault, string engine);
}
