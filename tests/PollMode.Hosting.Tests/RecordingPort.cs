namespace PollMode.Hosting.Tests;

internal sealed class RecordingPort(RecordingDriver driver, string name, IPort inner) : IPort
{
    public string Name => name;

    public PortCapabilities Capabilities => inner.Capabilities;

    public LinkState Link => driver.Link;

    public IReadOnlyList<string> Report => ["records what it is asked for"];

    public IRxQueue OpenRxQueue(int queue, Mempool pool) => new RecordingRxQueue(driver, inner.OpenRxQueue(queue, pool));

    public ITxQueue OpenTxQueue(int queue, Mempool pool) => new RecordingTxQueue(driver, inner.OpenTxQueue(queue, pool));

    public void Dispose()
    {
        driver.Note("close");
        inner.Dispose();
    }
}
