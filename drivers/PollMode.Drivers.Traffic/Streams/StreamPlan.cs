namespace PollMode.Drivers.Traffic;

/// <summary>One stream: packets of one shape, at their own rate. Passive data.</summary>
public sealed record StreamPlan
{
    /// <summary>What to call the stream in results.</summary>
    public string Name { get; init; } = "stream";

    /// <summary>What its packets look like.</summary>
    public PacketShape Shape { get; init; } = new();

    /// <summary>How long they are.</summary>
    public FrameSizes Sizes { get; init; } = FrameSizes.Fixed(EthernetWire.MinimumFrameBytes);

    /// <summary>How fast they are sent, over time.</summary>
    public RateProfile Rates { get; init; } = RateProfile.Constant(Rate.Max);

    /// <summary>How they are spread.</summary>
    public Spacing Spacing { get; init; } = new(SpacingKind.Constant);

    /// <summary>Packets after which the stream ends; zero for no such limit.</summary>
    public long Packets { get; init; }

    /// <summary>Nanoseconds from the start of the run to that of the stream.</summary>
    public long StartNanoseconds { get; init; }

    /// <summary>Whether packets carry signature, sequence and time. Without, the stream is load and nothing more.</summary>
    public bool HasSignature { get; init; } = true;

    /// <summary>Checks the stream by itself.</summary>
    /// <exception cref="PollModeException">Its packets cannot be built; one sentence says why.</exception>
    internal void Validate()
    {
        if (Shape.VlanTags is < 0 or > 2)
        {
            throw new PollModeException($"The stream '{Name}' asks for {Shape.VlanTags} VLAN tags; choose 0, 1 or 2.");
        }

        if (Shape.IpVersion is not (0 or 4 or 6))
        {
            throw new PollModeException($"The stream '{Name}' asks for IP version {Shape.IpVersion}; choose 4, 6, or 0 for none.");
        }

        PayloadPattern.Check(Shape.Payload);
        bool hasNoSum = Shape.IpVersion == 0 || Shape.Transport == TransportKind.None || (Shape.IpVersion == 4 && Shape.Transport == TransportKind.Udp);
        if (Shape.Payload == PayloadPattern.Leave && (HasSignature || !hasNoSum))
        {
            throw new PollModeException(
                $"The stream '{Name}' leaves its payload as it is in the buffer, so that no signature and no checksum can cover it; turn the signature off, and send UDP over IPv4 (without its checksum), or no transport header.");
        }

        int least = FrameTemplate.LeastFrameBytes(Shape, HasSignature);
        int shortest = Sizes.Sizes.Min();
        if (shortest < least)
        {
            throw new PollModeException(
                $"A frame of {shortest} bytes of the stream '{Name}' is shorter than its headers{(HasSignature ? " and signature" : string.Empty)}, which need {least} with FCS; make it longer or leave headers out.");
        }

        if (Packets < 0 || StartNanoseconds < 0 || Shape.Flows < 0)
        {
            throw new PollModeException($"The stream '{Name}' has a negative count of packets or flows, or starts before the run; use zero or more.");
        }
    }

    /// <summary>The patterns of the fields, checked.</summary>
    internal List<FieldPattern> ReadFields() => [.. Shape.Fields.Select(field => FieldPattern.Parse(field.Key, field.Value, Shape))];
}
