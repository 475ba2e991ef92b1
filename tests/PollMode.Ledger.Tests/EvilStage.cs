namespace PollMode.Tests;

/// <summary>Does one wrong thing to a packet of its first burst; some deeds need a second one.</summary>
internal sealed unsafe class EvilStage(string deed) : IStage
{
    private readonly List<Packet> _earlier = [];

    public string Name => "evil";

    public bool KeepsLengths => deed == "lengthens";

    public void Process(ref Burst burst)
    {
        Packet packet = burst[5];
        switch (deed)
        {
            case "frees-twice":
                burst.Take(5).Free();
                packet.Free();
                break;
            case "lengthens":
                packet.TryAppend(1, out _);
                break;
            case "frees-in-place":
                packet.Free();
                break;
            case "uses-after-free":
                burst.Take(5).Free();
                packet.Span.Clear();
                break;
            case "clones-after-free":
                burst.Take(5).Free();
                burst.TryAdd(packet.Clone(), 0);
                break;
            case "writes-after-free":
                byte* bytes = packet.DataPointer;
                burst.Take(5).Free();
                bytes[2] = 1;
                break;
            case "uses-after-send" when _earlier.Count > 0:
                _earlier[0].Span.Clear();
                break;
            case "frees-after-send" when _earlier.Count > 0:
                _earlier[0].Free();
                break;
            case "sends-twice":
                burst.TryAdd(packet, 0);
                break;
            case "writes-in-front":
                packet.DataPointer[-8] = 1;
                break;
            case "writes-behind":
                packet.DataPointer[packet.Length] = 1;
                break;
            case "overruns-front":
                packet.DataPointer[-packet.Headroom - 1] = 1;
                break;
            case "overruns-end":
                // The last of the burst: the buffer behind it is free.
                Packet last = burst[burst.Count - 1];
                last.DataPointer[last.Length + last.Tailroom] = 1;
                break;
            case "leaks" when _earlier.Count == 0:
                burst.Take(5);
                break;
            case "rents-elsewhere":
                RentElsewhere(burst.Pool);
                break;
        }

        _earlier.Add(packet);
    }

    private static void RentElsewhere(Mempool pool)
    {
        Exception? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                pool.TryRent(out _);
            }
            catch (LedgerException thrown)
            {
                fault = thrown;
            }
        })
        { Name = "a thread of evil" };
        thread.Start();
        thread.Join();
        throw fault ?? new InvalidOperationException("nobody noticed");
    }
}
