using System.Text;

namespace PollMode.Drivers.Memif;

/// <summary>What a memif port's spec says.</summary>
internal sealed record MemifSettings
{
    internal const int MaxQueues = 64;

    /// <summary>Rings of fewer slots would never be refilled.</summary>
    internal const int MinLog2RingSize = 5;

    internal required SocketName Socket { get; init; }

    internal required uint Id { get; init; }

    internal required bool IsServer { get; init; }

    internal required int Queues { get; init; }

    internal required int Log2RingSize { get; init; }

    /// <summary>Bytes of each buffer of a copying client, and most bytes of a descriptor in any case: peers copy what one says into one buffer.</summary>
    internal required int BufferBytes { get; init; }

    internal required string ZeroCopy { get; init; }

    internal required string Secret { get; init; }

    internal required bool Interrupt { get; init; }

    internal required MemoryGuard Guard { get; init; }

    /// <summary>Most bytes of all regions of a client together.</summary>
    internal required ulong RegionBytes { get; init; }

    internal bool WantsZeroCopy => !IsServer && ZeroCopy != "off";

    internal static IReadOnlyList<PortOption> Options { get; } =
    [
        new("role", "client", "client, who makes the rings and shares its memory, or server, who listens and copies"),
        new("id", "0", "number of the interface among those of one socket"),
        new("queues", "1", "ring pairs, 1 to 64; of a server the most that a client may ask for"),
        new("rsize", "10", "size of each ring as a power of two, 5 to 14; the client's counts"),
        new("bsize", "2048", "bytes of a copying client's buffers, and the most that one descriptor carries: a multiple of 64 from 256 to 65536"),
        new("zero_copy", "auto", "whether the client shares its packet buffers: auto, on, or off for a copy in memory of its own"),
        new("secret", "", "a word of up to 23 bytes that client and server must share"),
        new("interrupt", "false", "whether the peer is to announce frames, for workers that block when idle"),
        new("region_mib", "16384", "server: most MiB of a client's regions, 1 to 16384; what is touched of them is memory of this process, too"),
        new("guard", "auto", "a peer's memory that it could take away: auto watches for that, kernel copies through the kernel (slower), off trusts the peer"),
    ];

    internal static MemifSettings Read(PortSpec spec)
    {
        if (spec.Device.Length == 0)
        {
            throw new PollModeException($"'{spec.Text}' must name a socket: memif:/run/memif.sock, or memif:@name for an abstract one.");
        }

        long bufferBytes = spec.GetInteger("bsize", 2048, 256, 65536);
        string secret = spec.GetText("secret");
        if (bufferBytes % 64 != 0 || Encoding.UTF8.GetByteCount(secret) >= ControlMessage.SecretBytes)
        {
            throw new PollModeException($"In '{spec.Text}' bsize must be a multiple of 64, and secret have no more than {ControlMessage.SecretBytes - 1} bytes.");
        }

        return new MemifSettings
        {
            Socket = SocketName.Parse(spec, spec.Device),
            Id = (uint)spec.GetInteger("id", 0, 0, uint.MaxValue),
            IsServer = spec.GetWord("role", "client", "client", "server") == "server",
            Queues = (int)spec.GetInteger("queues", 1, 1, MaxQueues),
            Log2RingSize = (int)spec.GetInteger("rsize", 10, MinLog2RingSize, Ring.MaxLog2Size),
            BufferBytes = (int)bufferBytes,
            ZeroCopy = spec.GetWord("zero_copy", "auto", "auto", "on", "off"),
            Secret = secret,
            Interrupt = spec.GetSwitch("interrupt", false),
            RegionBytes = (ulong)spec.GetInteger("region_mib", 16384, 1, 16384) << 20,
            Guard = Enum.Parse<MemoryGuard>(spec.GetWord("guard", "auto", "auto", "kernel", "off"), ignoreCase: true),
        };
    }
}
