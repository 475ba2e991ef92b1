using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>What the <see cref="CountStage"/>s of all workers count together. Each has a place of its own, so that counting takes no lock.</summary>
public sealed class TrafficCount
{
    private readonly Lock _gate = new();
    private Cell[] _cells = [];

    /// <summary>Packets so far. From any thread.</summary>
    public long Packets => Sum(static cell => Volatile.Read(ref cell.Packets));

    /// <summary>Their bytes, without FCS. From any thread.</summary>
    public long Bytes => Sum(static cell => Volatile.Read(ref cell.Bytes));

    internal Cell AddCell()
    {
        lock (_gate)
        {
            var cell = new Cell();
            Volatile.Write(ref _cells, [.. _cells, cell]);
            return cell;
        }
    }

    private long Sum(Func<Cell, long> count)
    {
        long sum = 0;
        foreach (Cell cell in Volatile.Read(ref _cells))
        {
            sum += count(cell);
        }

        return sum;
    }

    /// <summary>One worker's counters, on cache lines that no other worker writes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal sealed class Cell
    {
        [FieldOffset(128)] internal long Packets;
        [FieldOffset(136)] internal long Bytes;
    }
}
