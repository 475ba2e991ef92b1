namespace PollMode.Hosting.Tests;

internal sealed class RecordingTxQueue(RecordingDriver driver, ITxQueue inner) : ITxQueue
{
    public QueueCounters Counters => inner.Counters;

    public int Send(ReadOnlySpan<Packet> packets) => inner.Send(packets);

    public bool Service() => driver.Holds;
}
