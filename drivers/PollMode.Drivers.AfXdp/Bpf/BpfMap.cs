using System.Runtime.InteropServices;
using PollMode.Drivers.AfXdp.Native;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp.Bpf;

/// <summary>A BPF map with 32-bit keys: the XSKMAP that leads a queue's frames to its socket, and arrays.</summary>
internal sealed unsafe class BpfMap : IDisposable
{
    /// <summary>BPF_MAP_TYPE_ARRAY.</summary>
    internal const uint TypeArray = 2;

    /// <summary>BPF_MAP_TYPE_XSKMAP.</summary>
    internal const uint TypeXskMap = 17;

    /// <summary>BPF_F_MMAPABLE: an array that can be mapped into memory, its values one behind the other.</summary>
    internal const uint Mappable = 1 << 10;

    private readonly FileDescriptor _file;

    private BpfMap(FileDescriptor file) => _file = file;

    /// <summary>The map's file descriptor.</summary>
    internal int Number => _file.Number;

    /// <summary>Makes a map with values of 32 bits.</summary>
    /// <param name="type">BPF_MAP_TYPE_*.</param>
    /// <param name="entries">Keys go from zero to this minus one.</param>
    /// <param name="name">At most 15 characters, for bpftool.</param>
    internal static BpfMap Create(uint type, int entries, string name) => TryCreate(type, entries, name, sizeof(int), 0, out int errno)
        ?? throw new LinuxException($"create the BPF map '{name}' with {entries} entries", errno, BpfSystem.Remedy(errno));

    /// <summary>Makes a map. Null, with the error number, if the kernel refuses.</summary>
    /// <param name="type">BPF_MAP_TYPE_*.</param>
    /// <param name="entries">Keys go from zero to this minus one.</param>
    /// <param name="name">At most 15 characters, for bpftool.</param>
    /// <param name="valueBytes">Bytes of a value.</param>
    /// <param name="flags"><see cref="Mappable"/>, or zero.</param>
    /// <param name="errno">Why not, or zero.</param>
    internal static BpfMap? TryCreate(uint type, int entries, string name, int valueBytes, uint flags, out int errno)
    {
        var attributes = new BpfAttributes.MapCreate { MapType = type, KeySize = 4, ValueSize = (uint)valueBytes, MaxEntries = (uint)entries, MapFlags = flags };
        BpfSystem.CopyName(name, attributes.Name);
        int number = BpfSystem.Call(BpfCommand.MapCreate, &attributes, (uint)sizeof(BpfAttributes.MapCreate));
        errno = number >= 0 ? 0 : Marshal.GetLastPInvokeError();
        return number >= 0 ? new BpfMap(new FileDescriptor(number)) : null;
    }

    /// <summary>Uses an XSKMAP that somebody with more privileges made; the number stays the caller's.</summary>
    /// <param name="number">Its file descriptor.</param>
    /// <param name="entries">How many it must have.</param>
    internal static BpfMap Adopt(int number, int entries)
    {
        int own = LibC.Duplicate(number);
        int errno = Marshal.GetLastPInvokeError();
        BpfMap? map = own < 0 ? null : new BpfMap(new FileDescriptor(own));
        BpfAttributes.MapInfo info = default;
        if (map != null && BpfSystem.TryGetInfo(own, &info, sizeof(BpfAttributes.MapInfo)))
        {
            if (info.Type == TypeXskMap && info.MaxEntries >= (uint)entries)
            {
                return map;
            }

            map.Dispose();
            throw new PollModeException(info.Type == TypeXskMap
                ? $"The map that 'map_fd={number}' hands in has room for {info.MaxEntries} queue(s), and the port needs {entries}; hand in a larger one."
                : $"'map_fd={number}' hands in a BPF map that holds no XDP sockets (type {info.Type}); hand in an XSKMAP.");
        }

        errno = map == null ? errno : Marshal.GetLastPInvokeError();
        if (map != null && errno == Errno.EPERM)
        {
            // Some kernels let nobody without rights ask. What is put in will show.
            return map;
        }

        map?.Dispose();
        throw new LinuxException($"use file descriptor {number} as a BPF map", errno, "hand in the number of an open XSKMAP");
    }

    /// <summary>Stores a value.</summary>
    internal void Set(int key, int value)
    {
        int errno = TrySet(key, value);
        if (errno != 0)
        {
            throw new LinuxException($"put file descriptor {value} into the BPF map at {key}", errno, errno == 7
                ? "make the map as large as the interface has queues"
                : BpfSystem.Remedy(errno));
        }
    }

    /// <summary>Stores a value; gives the error number, or zero.</summary>
    internal int TrySet(int key, int value)
    {
        var attributes = new BpfAttributes.MapElement { MapFd = (uint)Number, Key = (ulong)&key, Value = (ulong)&value };
        return BpfSystem.Call(BpfCommand.MapUpdate, &attributes, (uint)sizeof(BpfAttributes.MapElement)) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Reads a value. An XSKMAP cannot be read from user space.</summary>
    internal bool TryGet(int key, out int value)
    {
        int found = 0;
        var attributes = new BpfAttributes.MapElement { MapFd = (uint)Number, Key = (ulong)&key, Value = (ulong)&found };
        bool ok = BpfSystem.Call(BpfCommand.MapLookup, &attributes, (uint)sizeof(BpfAttributes.MapElement)) == 0;
        value = found;
        return ok;
    }

    public void Dispose() => _file.Dispose();
}
