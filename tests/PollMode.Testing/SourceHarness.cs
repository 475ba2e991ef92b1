namespace PollMode.Testing;

/// <summary>A port that makes frames by itself and swallows what it is sent.</summary>
public sealed class SourceHarness : PortHarness
{
    public SourceHarness(DriverRegistry drivers, string spec)
        : base(new PoolHarness())
    {
        Port = TestPorts.Open(drivers, spec, TestPorts.Context(Memory));
        Rx = Port.OpenRxQueue(0, Memory.Pool);
        Tx = Port.OpenTxQueue(0, Memory.Pool);
    }

    public override IPort Port { get; }

    public override IRxQueue Rx { get; }

    public override ITxQueue Tx { get; }

    public override bool MakesOwnFrames => true;

    public override bool DeliversSentFrames => false;

    public override bool FillsUp => false;

    public override int Feed(IReadOnlyList<byte[]> frames) => frames.Count;

    public override void Collect(ICollection<byte[]> frames)
    {
    }

    public override void Discard()
    {
    }

    public override void Close() => Port.Dispose();
}
