namespace PollMode.Tests.Stages.Shipped;

/// <summary>Stage contexts whose ports exist in name only, with addresses 02:50:00:00:00:index.</summary>
internal static class Contexts
{
    internal static StageContext WithPorts(Mempool pool, int count) => new()
    {
        WorkerIndex = 0,
        Pool = pool,
        Ports = [.. Enumerable.Range(0, count).Select(index => new NoPort(index))],
    };

    private sealed class NoPort(int index) : IPort
    {
        public string Name => $"port{index}";

        public PortCapabilities Capabilities { get; } = new() { MacAddress = 0x0250_0000_0000UL + (uint)index };

        public LinkState Link => LinkState.Up;

        public IReadOnlyList<string> Report => [];

        public IRxQueue OpenRxQueue(int queue, Mempool pool) => throw new NotSupportedException();

        public ITxQueue OpenTxQueue(int queue, Mempool pool) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
