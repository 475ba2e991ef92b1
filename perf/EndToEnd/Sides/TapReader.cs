namespace PollMode.EndToEnd;

/// <summary>
/// A process that reads a TAP device, counted by the kernel: what was read from the device is what it sent. In a flood testpmd's main thread does not
/// come to print its counters, most likely because net_tap has a signal sent for every frame; the same count for all contenders is fair besides.
/// </summary>
internal sealed class TapReader(ISubject subject, Wire wire, CancellationToken stop) : ISubject
{
    public int ProcessId => subject.ProcessId;

    public Measurement Measure(int warmUpSeconds, int seconds) => WireMeter.Measure(() => wire.Sent, warmUpSeconds, seconds, ProcessId, stop);

    public long CountPackets() => wire.Sent;

    public void Dispose() => subject.Dispose();
}
