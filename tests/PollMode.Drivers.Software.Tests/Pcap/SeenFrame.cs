namespace PollMode.Drivers.Software.Tests.Pcap;

/// <summary>A frame as a queue gave it. Equal by its bytes and time.</summary>
internal sealed record SeenFrame(byte[] Bytes, long? Timestamp)
{
    public bool Equals(SeenFrame? other) => other != null && Timestamp == other.Timestamp && Bytes.AsSpan().SequenceEqual(other.Bytes);

    public override int GetHashCode() => HashCode.Combine(Bytes.Length, Timestamp);

    public override string ToString() => $"{Timestamp}: {Bytes.Length} bytes {Convert.ToHexString(Bytes.AsSpan(0, Math.Min(16, Bytes.Length)))}";
}
