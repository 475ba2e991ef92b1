using System.Runtime.InteropServices;
using PollMode.Drivers.AfXdp.Native;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp.Bpf;

/// <summary>A BPF map with 32-bit keys and values: the XSKMAP that leads a queue's frames to its socket.</summary>
internal sealed unsafe class BpfMap : IDisposable
{
    /// <summary>BPF_MAP_TYPE_ARRAY.</summary>
    internal const uint TypeArray = 2;

    /// <summary>BPF_MAP_TYPE_XSKMAP.</summary>
    internal const uint TypeXskMap = 17;

    private readonly FileDescriptor _file;

    private BpfMap(FileDescriptor file) => _file = file;

    /// <summary>The map's file descriptor.</summary>
    internal int Number => _file.Number;

    /// <summary>Makes a map.</summary>
    /// <param name="type">BPF_MAP_TYPE_*.</param>
    /// <param name="entries">Keys go from zero to this minus one.</param>
    /// <param name="name">At most 15 characters, for bpftool.</param>
    internal static BpfMap Create(uint type, int entries, string name)
    {
        var attributes = new BpfAttributes.MapCreate { MapType = type, KeySize = 4, ValueSize = 4, MaxEntries = (uint)entries };
        BpfSystem.CopyName(name, attributes.Name);
        int number = BpfSystem.Call(BpfCommand.MapCreate, &attributes, (uint)sizeof(BpfAttributes.MapCreate));
        return number >= 0
            ? new BpfMap(new FileDescriptor(number))
            : throw new LinuxException($"create the BPF map '{name}' with {entries} entries", Marshal.GetLastPInvokeError(), BpfSystem.Remedy(Marshal.GetLastPInvokeError()));
    }

    /// <summary>Uses a map that somebody with more privileges made; the number stays the caller's.</summary>
    internal static BpfMap Adopt(int number)
    {
        int own = LibC.Duplicate(number);
        return own >= 0
            ? new BpfMap(new FileDescriptor(own))
            : throw new LinuxException($"use file descriptor {number} as a BPF map", Marshal.GetLastPInvokeError(), "hand in the number of an open XSKMAP");
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

    /// <summary>Removes a value, if there is one.</summary>
    internal bool Remove(int key)
    {
        var attributes = new BpfAttributes.MapElement { MapFd = (uint)Number, Key = (ulong)&key };
        return BpfSystem.Call(BpfCommand.MapDelete, &attributes, (uint)sizeof(BpfAttributes.MapElement)) == 0;
    }

    public void Dispose() => _file.Dispose();
}
