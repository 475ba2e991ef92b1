using Xunit;

namespace PollMode.Testing;

/// <summary>What it takes to boot a guest; a test that lacks it is skipped, and says what.</summary>
public static class GuestRequires
{
    /// <summary>Where the script beside this file puts the guest's kernel.</summary>
    public static string Folder { get; } = Environment.GetEnvironmentVariable("POLLMODE_GUEST") ?? FindFolder();

    /// <summary>The emulator: Debian's, or another, for devices that Debian's does not know.</summary>
    public static string Emulator { get; } = Environment.GetEnvironmentVariable("POLLMODE_QEMU") ?? "qemu-system-x86_64";

    /// <summary>An emulator that knows a device, and the kernel.</summary>
    public static void Device(string name)
    {
        Kernel();
        Assert.SkipUnless(HostCommand.Run(Emulator, "-nodefaults", "-device", $"{name},help").Output.Contains($"{name} options", StringComparison.Ordinal), $"needs an emulator that has the device '{name}'{(name == "igb" ? ", as QEMU 8.0 and later: name it in POLLMODE_QEMU" : string.Empty)}");
    }

    /// <summary>An emulator and the kernel.</summary>
    public static void Kernel()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "needs an x86-64 host, whose programs the guest runs");
        if (!Emulator.Contains('/', StringComparison.Ordinal))
        {
            Requires.Tool(Emulator);
        }

        Assert.SkipUnless(File.Exists(Path.Combine(Folder, "root.cpio")), $"needs the kernel of a guest in {Folder}: run tests/PollMode.Testing/Guests/prepare");
    }

    private static string FindFolder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            if (folder.Name == "artifacts")
            {
                return Path.Combine(folder.FullName, "guest");
            }
        }

        return Path.Combine(AppContext.BaseDirectory, "guest");
    }
}
