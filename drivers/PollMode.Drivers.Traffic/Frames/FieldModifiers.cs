namespace PollMode.Drivers.Traffic;

/// <summary>The modifiers of a stream: its varying fields, and those that make flows.</summary>
internal static class FieldModifiers
{
    /// <summary>Flows told apart by source port alone; more take further source addresses.</summary>
    private const int FlowsPerAddress = 32768;

    internal static FieldModifier[] Of(StreamPlan stream, FrameTemplate template, long seed)
    {
        List<FieldPattern> fields = stream.ReadFields();
        var modifiers = new List<FieldModifier>();
        int number = 0;
        foreach (FieldPattern pattern in fields.Where(field => field.Kind != FieldPatternKind.Fixed))
        {
            modifiers.Add(new FieldModifier(pattern, template, new SeededRandom(seed, ++number)));
        }

        ulong every = 1;
        foreach (FieldPattern pattern in Flows(stream, fields))
        {
            modifiers.Add(new FieldModifier(pattern, template, default, every, (ulong)stream.Shape.Flows));
            every *= pattern.Count;
        }

        return [.. modifiers];
    }

    /// <summary>Checks the fields of a stream.</summary>
    /// <exception cref="PollModeException">A field is wrong, or stands in the way of flows.</exception>
    internal static void Check(StreamPlan stream) => _ = Flows(stream, stream.ReadFields()).Count;

    private static List<FieldPattern> Flows(StreamPlan stream, List<FieldPattern> fields)
    {
        PacketShape shape = stream.Shape;
        if (shape.Flows == 0)
        {
            return [];
        }

        (string low, string high) = (shape.IpVersion, shape.Transport) switch
        {
            (0, _) => ("eth.src", string.Empty),
            (4, TransportKind.Udp) => ("udp.srcport", "ip.src"),
            (4, TransportKind.Tcp) => ("tcp.srcport", "ip.src"),
            (4, _) => ("ip.src", string.Empty),
            (_, TransportKind.Udp) => ("udp.srcport", "ipv6.src"),
            (_, TransportKind.Tcp) => ("tcp.srcport", "ipv6.src"),
            _ => ("ipv6.src", string.Empty),
        };
        int lowCount = high.Length == 0 ? shape.Flows : Math.Min(shape.Flows, FlowsPerAddress);
        var patterns = new List<FieldPattern> { Make(low, lowCount) };
        if (lowCount < shape.Flows)
        {
            patterns.Add(Make(high, (shape.Flows + lowCount - 1) / lowCount));
        }

        return patterns;

        FieldPattern Make(string name, int count)
        {
            FieldPattern? given = fields.Find(field => field.Field.Name == name);
            if (given is { Kind: not FieldPatternKind.Fixed })
            {
                throw new PollModeException($"The stream '{stream.Name}' has {shape.Flows} flows, told apart by {name}, and its own values for {name}, too; leave one of them out.");
            }

            given ??= FieldDefaults.Of(shape).First(field => field.Field.Name == name);
            return (ulong)given.First + (UInt128)count - 1 <= given.Field.Largest
                ? FieldPattern.Range(given.Field, given.First, (ulong)count)
                : throw new PollModeException($"The {shape.Flows} flows of the stream '{stream.Name}' overflow {name}; let it start lower, or ask for fewer.");
        }
    }
}
