using System.Globalization;

namespace PollMode.Drivers.Software;

/// <summary>What a fault decorator's spec says.</summary>
internal sealed record FaultSettings
{
    /// <summary>Frames that a delay in time keeps at most; then the wire takes no more until some are due.</summary>
    internal const int MostKept = 4096;

    private const int MaxFrames = 4096;
    private const long MaxFlap = 1_000_000_000;

    internal required string Text { get; init; }

    internal double Loss { get; init; }

    internal double Duplicate { get; init; }

    internal double Corrupt { get; init; }

    internal double Reorder { get; init; }

    internal int ReorderBy { get; init; }

    /// <summary>Delay in frames that come later.</summary>
    internal int DelayFrames { get; init; }

    /// <summary>Delay in time.</summary>
    internal TimeSpan DelayTime { get; init; }

    internal double Short { get; init; }

    internal double TxFull { get; init; }

    internal long FlapUp { get; init; }

    internal long FlapDown { get; init; }

    internal bool OnRx { get; init; }

    internal bool OnTx { get; init; }

    internal long Seed { get; init; }

    /// <summary>Buffers that one queue keeps: delayed frames and their doubles, and the one that is overtaken.</summary>
    internal int BuffersKept => (2 * DelayFrames) + (DelayTime > TimeSpan.Zero ? MostKept : 0) + (Reorder > 0 ? 1 : 0);

    internal static FaultSettings Read(PortSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Device.Length > 0)
        {
            throw new PollModeException($"'{spec.Text}' names a device, and fault has none; write fault:loss=1%+PORT.");
        }

        (int frames, TimeSpan time) = ReadDelay(spec);
        string on = spec.GetWord("on", "rx", "rx", "tx", "both");
        return new FaultSettings
        {
            Text = spec.Text,
            Loss = spec.GetFraction("loss", 0),
            Duplicate = spec.GetFraction("duplicate", 0),
            Corrupt = spec.GetFraction("corrupt", 0),
            Reorder = spec.GetFraction("reorder", 0),
            ReorderBy = (int)spec.GetInteger("reorder_by", 3, 1, MaxFrames),
            DelayFrames = frames,
            DelayTime = time,
            Short = spec.GetFraction("short", 0),
            TxFull = spec.GetFraction("tx_full", 0),
            FlapUp = spec.GetInteger("flap", 0, 0, MaxFlap),
            FlapDown = spec.GetInteger("flap_down", 64, 1, MaxFlap),
            OnRx = on != "tx",
            OnTx = on != "rx",
            Seed = spec.GetInteger("seed", 1, long.MinValue, long.MaxValue),
        };
    }

    /// <summary>The same without any fault of the wire, for the direction that has none.</summary>
    internal FaultSettings WithoutWireFaults() =>
        this with { Loss = 0, Duplicate = 0, Corrupt = 0, Reorder = 0, DelayFrames = 0, DelayTime = TimeSpan.Zero, FlapUp = 0 };

    private static (int Frames, TimeSpan Time) ReadDelay(PortSpec spec)
    {
        string text = spec.GetText("delay", "0");
        int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits < 0 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int frames) && frames <= MaxFrames)
        {
            return (frames, TimeSpan.Zero);
        }

        long microseconds = digits <= 0 ? 0 : text[digits..] switch
        {
            "us" => 1,
            "ms" => 1_000,
            "s" => 1_000_000,
            _ => 0,
        };
        return microseconds > 0 && int.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number * microseconds <= 60_000_000
            ? (0, TimeSpan.FromMicroseconds(number * microseconds))
            : throw new PollModeException($"'delay={text}' in the port spec '{spec.Text}' is neither a number of frames up to {MaxFrames} nor a time up to 60s; write delay=100, delay=200us, delay=5ms or delay=1s.");
    }
}
