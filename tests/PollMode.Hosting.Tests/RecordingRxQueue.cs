namespace PollMode.Hosting.Tests;

internal sealed class RecordingRxQueue(RecordingDriver driver, IRxQueue inner) : IRxQueue
{
    private bool _noted;

    public QueueCounters Counters => inner.Counters;

    public RxQueueLife Life => inner.Life;

    public int Receive(Span<Packet> packets)
    {
        if (!_noted)
        {
            _noted = true;
            driver.Note("receive");
        }

        return inner.Receive(packets);
    }
}
