using System.Runtime.InteropServices;
using PollMode.Drivers.AfXdp.Bpf;
using PollMode.Drivers.AfXdp.Filtering;
using PollMode.Drivers.AfXdp.Native;
using static PollMode.Drivers.AfXdp.Bpf.BpfRegister;

namespace PollMode.Drivers.AfXdp;

/// <summary>
/// The gates of an interface's queues (<see cref="RxGate"/>): an array map that the program reads, mapped into this process, where the workers write.
/// </summary>
/// <remarks>The mapping goes when nobody refers to it any more, not when the port closes: somebody may be reading counters just then.</remarks>
internal sealed unsafe class RxGates : IDisposable
{
    private const int EntryBytes = 128;

    /// <summary>The count of an entry, a cache line behind the word that closes the gate.</summary>
    private const int ShedOffset = 64;

    /// <summary>A slot of the stack for the queue's number: the filter needs its facts no more.</summary>
    private const int QueueSlot = FilterCompiler.EtherType;

    private readonly BpfMap _map;
    private readonly Mapping _mapping;

    private RxGates(BpfMap map, Mapping mapping)
    {
        _map = map;
        _mapping = mapping;
    }

    /// <summary>Makes gates, all open. Null, with the error number, if the kernel refuses: before 5.5 no map can be mapped.</summary>
    /// <param name="queues">One more than the highest queue.</param>
    /// <param name="errno">Why not, or zero.</param>
    internal static RxGates? TryCreate(int queues, out int errno)
    {
        BpfMap? map = BpfMap.TryCreate(BpfMap.TypeArray, queues, "pollmode_gates", EntryBytes, BpfMap.Mappable, out errno);
        if (map == null)
        {
            return null;
        }

        int page = Environment.SystemPageSize;
        int bytes = ((queues * EntryBytes) + page - 1) / page * page;
        nint address = LibC.Mmap(0, (nuint)bytes, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, map.Number, 0);
        if (address == LibC.MAP_FAILED)
        {
            errno = Marshal.GetLastPInvokeError();
            map.Dispose();
            return null;
        }

        return new RxGates(map, new Mapping(address, (nuint)bytes));
    }

    /// <summary>The gate of a queue of the interface.</summary>
    /// <param name="queue">The interface's number of it.</param>
    /// <param name="buffers">Buffers that the kernel is to have for it.</param>
    internal RxGate Of(int queue, int buffers)
    {
        byte* entry = (byte*)_mapping.Address + (queue * EntryBytes);
        return new RxGate(_mapping, (int*)entry, (long*)(entry + ShedOffset), buffers);
    }

    /// <summary>Writes the look at the gate: a frame that comes to a closed one is counted and dropped. R6 holds the context.</summary>
    internal void Emit(BpfAssembler code)
    {
        var open = new BpfLabel();
        code.Load(BpfWidth.Word, R2, R6, FilterCompiler.RxQueueIndex)
            .Store(BpfWidth.Word, R10, QueueSlot, R2)
            .Move(R2, R10).Add(R2, QueueSlot)
            .MoveMap(R1, _map.Number)
            .Call(BpfAssembler.MapLookup)
            .JumpIfNull(R0, open)
            .Load(BpfWidth.Word, R1, R0, 0)
            .JumpIf(R1, BpfCondition.Equal, 0u, open)
            .Move(R1, 1).AtomicAdd(BpfWidth.Double, R0, ShedOffset, R1)
            .Move(R0, FilterCompiler.Drop)
            .Exit()
            .Mark(open);
    }

    /// <summary>Closes the map.</summary>
    public void Dispose() => _map.Dispose();

    private sealed class Mapping(nint address, nuint bytes)
    {
        ~Mapping() => _ = LibC.Munmap(address, bytes);

        internal nint Address => address;
    }
}
